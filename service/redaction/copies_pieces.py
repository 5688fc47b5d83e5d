"""Pieces of a text by which copies of it are found: short literals of its beginning and its end, as they may stand in any encoding."""

from __future__ import annotations

import re

from service.redaction.copies_view import plain

SHORTEST = 20
"""Characters: shorter strings recur by chance."""

_WORDS = re.compile(rb"[A-Za-z][A-Za-z ,.:;?!-]{8,19}")
_PLAIN = re.compile(rb"[^\\\"'/<>&\x00-\x1f\x7f-\xff]{8,20}")
_MIDDLE = re.compile(rb"[A-Za-z][A-Za-z ,;?!-]{11,19}")
_ENTITY = re.compile(rb"[@0-9]")
_VARIED = 10
"""Characters of a beginning that is looked for in every way of escaping."""


def pieces_of(text: bytes) -> list[tuple[bytes, bool]]:
    """``(piece, whether it is of the beginning)``."""
    head, tail = text[:SHORTEST], text[-SHORTEST:]
    pieces = [(piece, leading) for part, leading in ((head, True), (tail, False)) for piece in _piece(part)]
    if _ENTITY.search(head) or _ENTITY.search(tail):  # detectors may have changed both ends of the copy
        middle = _MIDDLE.search(text, SHORTEST, max(SHORTEST, len(text) - SHORTEST))
        if middle is not None:
            pieces.append((middle.group(), True))
    if not any(leading for _, leading in pieces):
        pieces += [(variant, True) for variant in _variants(text)]
    return pieces


def _piece(part: bytes) -> list[bytes]:
    found = _WORDS.search(part) or _PLAIN.search(part)
    return [found.group()] if found else []


def _variants(text: bytes) -> list[bytes]:
    """The beginning of ``text`` in every way of escaping: JSON up to three levels, with and without ``\\u``, and Python's ``repr``."""
    head = text[: 16 * _VARIED]
    out: dict[bytes, None] = {}
    for beginning in {head, plain(head)}:
        _add_forms(beginning.decode("utf-8", "ignore")[:_VARIED], out)
    return [variant for variant in out if variant]


def _add_forms(chars: str, out: dict[bytes, None]) -> None:
    for form in {chars, repr(chars)[1:-1]}:
        for _ in range(4):
            out[form.encode("utf-8", "ignore")] = None
            out[_ascii(form, "%04x").encode()] = None
            out[_ascii(form, "%04X").encode()] = None
            form = _escaped(form)
        form = _ascii(chars, "%04x")
        for _ in range(3):
            out[form.encode()] = None
            form = _escaped(form)


_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def _escaped(text: str) -> str:
    return "".join(_SHORT.get(char) or (f"\\u{ord(char):04x}" if char < " " else char) for char in text)


def _ascii(text: str, digits: str) -> str:
    units = ((char, char.encode("utf-16-be", "surrogatepass")) for char in text)
    return "".join(
        char if char < "\x80" else "".join("\\u" + digits % int.from_bytes(unit[i : i + 2], "big") for i in range(0, len(unit), 2))
        for char, unit in units
    )
