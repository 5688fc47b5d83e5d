"""Edits: what is to be replaced where. All coordinates are byte offsets into one buffer, ascending and disjoint."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import NamedTuple


class Edit(NamedTuple):
    """``buf[start:end]`` becomes ``text``."""

    start: int
    end: int
    text: bytes


def apply(buf: bytes, edits: list[Edit], lo: int = 0, hi: int | None = None) -> bytes:
    """``buf[lo:hi]`` with ``edits`` (ascending, disjoint, inside it) made."""
    parts: list[bytes] = []
    at = lo
    for start, end, text in edits:
        parts.append(buf[at:start])
        parts.append(text)
        at = end
    parts.append(buf[at : len(buf) if hi is None else hi])
    return b"".join(parts)


def tidy(edits: list[Edit]) -> list[Edit]:
    """Ascending and disjoint: of two that overlap the one that covers more stays, stretched over both."""
    edits.sort()
    out: list[Edit] = []
    for edit in edits:
        if out and edit.start < out[-1].end:
            last = out[-1]
            wider = last if last.end - last.start >= edit.end - edit.start else edit
            out[-1] = Edit(last.start, max(last.end, edit.end), wider.text)
        else:
            out.append(edit)
    return out


def compose(first: list[Edit], second: list[Edit]) -> list[Edit]:
    """Edits of the original text that do what ``first``, and then ``second`` on its outcome, do. Where both touch a place, ``second`` wins."""
    out: list[Edit] = []
    todo = list(first)
    shift = 0  # from coordinates after ``first`` to those before it
    for start, end, text in second:
        while todo and todo[0].start - shift + len(todo[0].text) <= start:
            done = todo.pop(0)
            out.append(done)
            shift += done.end - done.start - len(done.text)
        begin = min(start + shift, todo[0].start) if todo and todo[0].start - shift < start else start + shift
        while todo and todo[0].start - shift < end:
            taken = todo.pop(0)
            shift += taken.end - taken.start - len(taken.text)
            end = max(end, taken.end - shift)
        out.append(Edit(begin, end + shift, text))
    return tidy([*out, *todo])


_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_SIMPLE = {
    b'\\"': b'"',
    b"\\\\": b"\\",
    b"\\/": b"/",
    b"\\b": b"\b",
    b"\\f": b"\f",
    b"\\n": b"\n",
    b"\\r": b"\r",
    b"\\t": b"\t",
}
_NEEDS_ESCAPE = re.compile(rb'["\\\x00-\x1f]')


class Decoded:
    """The inside of a JSON string literal (RFC 8259 section 7), decoded, with the way back to raw offsets.

    ``text`` is UTF-8, lone surrogates aside, which stay as their three bytes. ``raw(start, end)`` maps a span of ``text`` to the raw
    literal's inside; a span never begins or ends within an escape.
    """

    __slots__ = ("_ends", "_literal", "_pairs", "_raw_ends", "_raw_starts", "text")

    def __init__(self, literal: bytes) -> None:
        self._literal = literal
        self._ends: list[int] = []
        self._pairs: list[int] | None = None
        if b"\\\\" in literal or b"\\u" in literal:
            self._decode()
        else:  # every backslash begins an escape of two bytes, for one
            text = literal.replace(b'\\"', b'"')
            if b"\\" in text:
                text = text.replace(b"\\n", b"\n").replace(b"\\t", b"\t").replace(b"\\/", b"/")
                text = text.replace(b"\\r", b"\r").replace(b"\\b", b"\b").replace(b"\\f", b"\f")
            if b"\\" in text:  # an escape JSON does not know
                self._decode()
            else:
                self.text = text

    def _decode(self) -> None:
        literal = self._literal
        parts: list[bytes] = []
        ends, raw_ends, raw_starts = [0], [0], []
        at = done = 0
        for found in _ESCAPE.finditer(literal):
            start, end = found.span()
            unit = found.group()
            char = _SIMPLE.get(unit) or _unicode(unit)
            parts.append(literal[at:start])
            parts.append(char)
            done += start - at + len(char)
            raw_starts.append(start)
            raw_ends.append(end)
            ends.append(done)
            at = end
        parts.append(literal[at:])
        self.text = b"".join(parts)
        raw_starts.append(len(literal))
        self._ends, self._raw_ends, self._raw_starts = ends, raw_ends, raw_starts

    def raw(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` stands in the literal."""
        if self._ends:
            return self._to_raw(start, False), self._to_raw(end, True)
        if self._pairs is None:  # all escapes are two bytes for one: each before an offset moves it on by one
            self._pairs = list(accumulate(map(len, self._literal.split(b"\\"))))
        return start + bisect_left(self._pairs, start), end + bisect_left(self._pairs, end)

    def _to_raw(self, offset: int, is_end: bool) -> int:
        i = bisect_right(self._ends, offset) - 1
        raw = self._raw_ends[i] + offset - self._ends[i]
        if raw > self._raw_starts[i]:  # within the bytes of one escaped character
            return self._raw_ends[i + 1] if is_end else self._raw_starts[i]
        return raw


def _unicode(unit: bytes) -> bytes:
    if len(unit) < 6:
        return unit  # not an escape JSON knows; the text stays as it is
    if len(unit) == 12:
        high, low = int(unit[2:6], 16), int(unit[8:12], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)).encode()
    return chr(int(unit[2:], 16)).encode("utf-8", "surrogatepass")


def escape(text: bytes) -> bytes:
    """``text`` as it stands inside a JSON string literal."""
    if _NEEDS_ESCAPE.search(text) is None:
        return text
    return _NEEDS_ESCAPE.sub(_escaped, text)


_SHORT = {raw[0]: short for short, raw in _SIMPLE.items() if short != b"\\/"}


def _escaped(found: re.Match[bytes]) -> bytes:
    code = found.group()[0]
    return _SHORT.get(code) or b"\\u%04x" % code
