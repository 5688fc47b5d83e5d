"""Runs one detector over a text the way the scanner does: anchors first, then ``verify`` where they hit. For the detectors' own tests."""

from __future__ import annotations

import re
from functools import lru_cache

from detectors.model import CLOSE, OPEN, Detector, Span
from detectors.scanner import Scanner


def scan(detector: Detector, text: str | bytes) -> list[str]:
    """What the detector finds, in the order of the text, overlapping findings as one."""
    data = text.encode() if isinstance(text, str) else text
    return [data[start:end].decode("utf-8", "replace") for start, end in spans(scanner_of(detector), data)]


@lru_cache(maxsize=16)
def scanner_of(detector: Detector) -> Scanner:
    """The scanner for one detector; compiling thousands of anchors takes longer than a test should."""
    return Scanner([detector])


def spans(scanner: Scanner, data: bytes) -> list[Span]:
    """The byte ranges found, merged."""
    merged: list[Span] = []
    for start, end in sorted((found.start, found.end) for found in scanner.findings(data)):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def marked(example: str) -> tuple[str, list[str]]:
    """An example's text without its marks, and the parts between them."""
    return example.replace(OPEN, "").replace(CLOSE, ""), re.findall(f"{OPEN}(.*?){CLOSE}", example)


def check_examples(detector: Detector) -> None:
    """Exactly the marked parts of ``finds`` are found, and nothing in ``ignores``."""
    for example in detector.finds:
        text, wanted = marked(example)
        assert scan(detector, text) == wanted, example
    for example in detector.ignores:
        assert scan(detector, example) == [], example
