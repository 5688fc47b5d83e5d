"""A text as it reads with every escape undone, at whatever depth, and the way back to where each byte stands.

Two texts that differ only in how often they were escaped (JSON in JSON, a Python ``repr`` in JSON, nginx's ``\\x22``) read the same: a run of
backslashes and what it escapes become the character meant, other backslashes go. So a backslash of the text itself is lost; what is
compared must have been read the same way.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from detectors.model import Span

_ESCAPE = re.compile(rb"\\++(?:u[dD][89abAB][0-9a-fA-F]{2}\\++u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[nrtbf])?")
_LETTERS = {110: b"\n", 114: b"\r", 116: b"\t", 98: b"\b", 102: b"\f"}


def plain(text: bytes) -> bytes:
    """``text`` with its escapes undone."""
    return _ESCAPE.sub(_meant, text) if b"\\" in text else text


def _meant(found: re.Match[bytes]) -> bytes:
    unit = found.group().lstrip(b"\\")
    if len(unit) < 2:
        return _LETTERS[unit[0]] if unit else b""
    if unit[0] == 117 and len(unit) > 5:
        high, low = int(unit[1:5], 16), int(unit[-4:], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)).encode()
    code = int(unit[1:], 16)
    return chr(code).encode("utf-8", "surrogatepass") if code < 0x110000 else unit


class View:
    """``text`` is what ``raw`` reads as; ``span`` leads back. A place in ``text`` never is inside an escape of ``raw``."""

    __slots__ = ("_ends", "_raw_ends", "_raw_starts", "_starts", "text")

    def __init__(self, raw: bytes) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._raw_starts: list[int] = []
        self._raw_ends: list[int] = []
        if b"\\" not in raw:
            self.text = raw
            return
        parts: list[bytes] = []
        at = done = 0
        for found in _ESCAPE.finditer(raw):
            start, end = found.span()
            char = _meant(found)
            parts += (raw[at:start], char)
            done += start - at
            self._starts.append(done)
            done += len(char)
            self._ends.append(done)
            self._raw_starts.append(start)
            self._raw_ends.append(end)
            at = end
        parts.append(raw[at:])
        self.text = b"".join(parts)

    def span(self, start: int, end: int) -> Span:
        """Where ``text[start:end]`` stands: backslashes before its first character belong to it, those behind its last don't."""
        return self._start(start), self._end(end)

    def offset(self, raw: int) -> int:
        """Where in ``text`` the byte at ``raw`` reads."""
        i = bisect_right(self._raw_starts, raw) - 1
        if i < 0:
            return raw
        return self._starts[i] if raw < self._raw_ends[i] else self._ends[i] + raw - self._raw_ends[i]

    def _start(self, at: int) -> int:
        i = bisect_left(self._starts, at)
        if i < len(self._starts) and self._starts[i] == at:
            return self._raw_starts[i]
        if i == 0:
            return at
        return self._raw_starts[i - 1] if at < self._ends[i - 1] else self._raw_ends[i - 1] + at - self._ends[i - 1]

    def _end(self, at: int) -> int:
        i = bisect_left(self._starts, at) - 1
        if i < 0:
            return at
        return self._raw_ends[i] if at <= self._ends[i] and self._ends[i] > self._starts[i] else self._raw_ends[i] + at - self._ends[i]
