"""JSON documents that stand within text: behind words on a line, or pretty-printed over several lines of a log.

They are found from an anchor hit backwards, and parsed by the standard library's scanner at C speed; where that fails the text rules
apply. Attempts are budgeted: a buffer full of braces costs a fixed multiple of its size.
"""

from __future__ import annotations

import json
import re

from detectors.model import Span
from service.redaction import jsondoc
from service.redaction.jsoncut import completion

_BRACKET = re.compile(rb"\{|\[(?!REDACTED[:\]]|[a-z0-9_]{1,64}:[A-Za-z0-9_.-]{1,32}:[0-9a-f]{24}\])")
_DECODER = json.JSONDecoder()
_REACH = 1 << 18
_LAID_OUT = frozenset((b" ", b"\t", b"]", b"}"))
_ATTEMPTS = 6


class Islands:
    """Looks for the JSON document around an offset of one buffer."""

    __slots__ = ("_budget", "_buf")

    def __init__(self, buf: bytes) -> None:
        self._buf = buf
        self._budget = 4 * len(buf) + (1 << 16)

    def around(self, at: int, lo: int, hi: int) -> Span | None:
        """The document that holds ``buf[at]``, which stands in the line ``buf[lo:hi]``; ``None`` if there is none to be found."""
        buf = self._buf
        start = lo
        open_ones: list[int] = []
        for _ in range(_ATTEMPTS):
            start = _first_bracket(buf, start, at)
            if start < 0:
                break
            found = self._parse(start, hi)
            if found is not None and found > at and not any(self._is_cut(begin, hi) for begin in open_ones):
                return start, found
            if found is None:
                open_ones.append(start)
            elif found > at:
                break  # a part of a document that goes on, or was cut: the whole of it is asked for
            start += 1
        return self._pretty(at, lo)

    def _is_cut(self, start: int, hi: int) -> bool:
        self._budget -= hi - start
        return self._budget >= 0 and completion(self._buf[start:hi]) is not None

    def cut(self, lo: int, hi: int, at: int) -> tuple[int, bytes] | None:
        """``(start, what is missing at its end)`` of a document on the line ``buf[lo:hi]`` that was cut off at the line's end."""
        start = lo
        for _ in range(_ATTEMPTS):
            start = _first_bracket(self._buf, start, max(at, lo + 1) if at else min(hi, lo + 64))
            self._budget -= hi - lo
            if start < 0 or self._budget < 0:
                return None
            suffix = completion(self._buf[start:hi])
            if suffix is not None:
                return start, suffix
            start += 1
        return None

    def _pretty(self, at: int, lo: int) -> Span | None:
        """A document that begins on an earlier line, at its beginning or at its end."""
        buf = self._buf
        floor = max(0, lo - _REACH)
        candidates = sorted(
            {buf.rfind(b"\n" + mark, floor, lo) + 1 for mark in (b"{", b"[")} | {buf.rfind(mark + b"\n", floor, lo) for mark in (b"{", b"[")},
            reverse=True,
        )
        if lo - floor == lo and buf[:1] in (b"{", b"["):
            candidates.append(0)
        for start in dict.fromkeys([self._outermost(lo, floor), *candidates]):
            if start < 0 or buf[start : start + 1] not in (b"{", b"["):
                continue
            found = self._parse(start, min(len(buf), start + 4 * _REACH))
            if found is not None and found > at:
                return start, found
        return None

    def _outermost(self, lo: int, floor: int) -> int:
        """The bracket at the end of the last line before ``lo`` that is not indented: what follows it is laid out below it. -1: none."""
        buf, line = self._buf, lo
        while line > floor and buf[line : line + 1] in _LAID_OUT:
            line = buf.rfind(b"\n", floor, line - 1) + 1 or floor
        self._budget -= lo - line
        end = buf.find(b"\n", line, lo)
        return end - 1 if end > line else -1

    def _parse(self, start: int, hi: int) -> int | None:
        """The end of the document that begins at ``start``."""
        self._budget -= hi - start
        if self._budget < 0:
            return None
        view = self._buf[start:hi].decode("latin-1")  # one character a byte: offsets stay
        try:
            end = start + _DECODER.raw_decode(view)[1]
        except (ValueError, RecursionError):
            return None
        return end if jsondoc.well_formed(self._buf[start:end]) else None


def _first_bracket(buf: bytes, start: int, at: int) -> int:
    """The first bracket in ``buf[start:at]`` that does not open a marker of ours."""
    found = _BRACKET.search(buf, start, at)
    return found.start() if found else -1
