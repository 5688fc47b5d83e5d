"""A few bytes of a text as a detector of digits wants to see them.

A ``Window`` covers ``[start, end)`` of a text. ``plain`` is ASCII: full-width digits and signs, Unicode's dashes and spaces, and
percent-escapes are what they stand for, any other character is ``\\xff``. Where nothing had to be replaced ``plain`` is the text itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from detectors.model import Span

_ESCAPE: Final = re.compile(rb"%(?:2[0-9A-Fa-f]|3[0-9AaDd])")
_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc"
_SPACES: Final = "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"
_ASCII: Final = {ord(dash): "-" for dash in _DASHES} | {ord(space): " " for space in _SPACES}
_FULL_WIDTH: Final = range(0xFF01, 0xFF5F)


@dataclass(slots=True)
class Window:
    """``offsets[i]`` is where ``plain[i]`` stands in the text; ``None`` means ``start + i``."""

    start: int
    plain: bytes
    offsets: list[int] | None

    @property
    def end(self) -> int:
        """The offset behind the window's last byte."""
        return self.offsets[-1] if self.offsets is not None else self.start + len(self.plain)

    def index(self, offset: int) -> int:
        """The place in ``plain`` of an offset into the text."""
        return bisect_left(self.offsets, offset) if self.offsets is not None else offset - self.start

    def span(self, start: int, end: int) -> Span:
        """A span of ``plain`` as one of the text."""
        if self.offsets is None:
            return self.start + start, self.start + end
        return self.offsets[start], self.offsets[end]


def window(text: bytes, start: int, end: int) -> Window:
    """The part of ``text`` between two offsets, which are cut to the text's ends; thrice as long where three bytes may stand for one."""
    start = max(start, 0)
    raw = text[start:end]
    if raw.isascii() and b"%" not in raw:
        return Window(start, raw, None)
    raw = text[start : end + 2 * (end - start)]
    plain, offsets, at = bytearray(), [], start
    for char in raw.decode("utf-8", "surrogateescape"):
        plain.append(_ascii(char))
        offsets.append(at)
        at += len(char.encode("utf-8", "surrogateescape"))
    offsets.append(at)
    return _unescaped(start, bytes(plain), offsets)


def _ascii(char: str) -> int:
    code = ord(char)
    if code < 0x80:
        return code
    if code in _FULL_WIDTH:
        code -= 0xFEE0
        return code
    return ord(_ASCII.get(code, "\xff"))


def _unescaped(start: int, plain: bytes, offsets: list[int]) -> Window:
    out, places, last = bytearray(), [], 0
    for found in _ESCAPE.finditer(plain):
        out += plain[last : found.start()]
        places += offsets[last : found.start()]
        out.append(int(found[0][1:], 16))
        places.append(offsets[found.start()])
        last = found.end()
    return Window(start, bytes(out + plain[last:]), [*places, *offsets[last:]])
