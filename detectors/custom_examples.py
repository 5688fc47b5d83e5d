"""The examples of the operator's own detectors, run as the scanner runs them.

What a failure says is where something was found or was not: bytes of the example, never their content.
"""

from __future__ import annotations

from collections.abc import Iterable

from detectors.custom import PatternError
from detectors.model import CLOSE, OPEN, Detector, Span
from detectors.scanner import Scanner


def check_examples(detector: Detector, finds: Iterable[str], ignores: Iterable[str]) -> None:
    """Exactly what is marked in ``finds`` is found, and nothing in ``ignores``. Raises :class:`PatternError`."""
    scanner = Scanner([detector])
    for i, example in enumerate(finds):
        text, marked = _unmarked(example)
        found = _merged(scanner, text)
        if found != marked:
            raise PatternError(f"finds.{i}", f"{_named(marked)} marked, but {_named(found)} found")
    for i, example in enumerate(ignores):
        found = _merged(scanner, example.encode())
        if found:
            raise PatternError(f"ignores.{i}", f"nothing is to be found, but {_named(found)} found")


def _merged(scanner: Scanner, text: bytes) -> list[Span]:
    merged: list[Span] = []
    for found in sorted(scanner.findings(text)):
        if merged and found.start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], found.end))
        else:
            merged.append((found.start, found.end))
    return merged


def _unmarked(example: str) -> tuple[bytes, list[Span]]:
    """The example without its marks, and what stood between them."""
    text, spans = b"", []
    first, *rest = example.split(OPEN)
    text += first.encode()
    for part in rest:
        inside, _, after = part.partition(CLOSE)
        spans.append((len(text), len(text) + len(inside.encode())))
        text += inside.encode() + after.encode()
    return text, spans


def _named(spans: list[Span]) -> str:
    if not spans:
        return "nothing is"
    return ", ".join(f"bytes {start} to {end}" for start, end in spans) + " are"
