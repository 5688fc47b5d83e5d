"""Texts that must not recur, and where something that may be a copy of one of them stands.

Each text is looked for by **pieces**: literals of at most twenty bytes out of its first and its last twenty characters, without characters
that are ever escaped; where there is no such piece (Chinese, a text full of quotes), by its beginning in every way of escaping. Few
pieces in a short buffer are looked for one by one, many by one Hyperscan database, so the work is linear in both.

What is around a piece is then compared in full (``ranges``), escapes undone, and taken as far as it is equal: a copy may have been cut at
its end, at its beginning or in its middle, and what detectors took out of it may have left markers in it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

import hyperscan

from detectors.model import Span
from service.redaction.copies_pieces import SHORTEST, pieces_of
from service.redaction.copies_view import View, plain

_FIND_BYTES = 1 << 20
"""Bytes times pieces up to which each piece is looked for by itself; beyond, compiling a database (12 µs a piece) is cheaper."""

_WINDOW = 1 << 20
_OVERLAP = 512
_CANDIDATES = 4
_KEY = 256
_HITS = 1 << 16
_MARKER = re.compile(rb"\[REDACTED:[^\]\n]{1,200}\]|REDACTED-[a-z-]{1,64}|\[[a-z0-9_]{1,64}:[A-Za-z0-9_.-]{1,32}:[0-9a-f]{24}\]")
_MARKER_BEFORE = re.compile(rb"(?:" + _MARKER.pattern + rb")\Z")
_ANCHOR = 12
_APART = 4096
_PROSE_BLANKS = 2
_SURE = 64
_CUT = (b'"', b"'", b"\\", b"\n", b"\r", b"...", b"\xe2\x80\xa6", b"[", b"<", b"`")


class Needles:
    """The texts, for searching about ``size`` bytes in all. Immutable but for what is compiled when it is first needed."""

    __slots__ = ("_database", "_order", "_pieces", "_plains", "_scratch", "_size", "_texts")

    def __init__(self, texts: Iterable[bytes], size: int) -> None:
        self._texts = list(dict.fromkeys(texts))
        self._pieces: dict[bytes, list[tuple[int, bool]]] = {}
        for number, text in enumerate(self._texts):
            for piece, leading in pieces_of(text):
                self._pieces.setdefault(piece, []).append((number, leading))
        self._size = size
        self._order = list(self._pieces)
        self._plains: dict[int, bytes] = {}
        self._database: Any = None
        self._scratch: Any = None

    def in_(self, buf: bytes, lo: int, hi: int) -> bool:
        """Whether some piece stands in ``buf[lo:hi]``."""
        if self._many(hi - lo):
            return bool(self._scanned(buf, lo, hi, 0))
        find = buf.find
        return any(find(piece, lo, hi) >= 0 for piece in self._pieces)

    def ranges(self, text: bytes) -> list[Span]:
        """Where in ``text`` copies stand: ascending and disjoint. All of it where so many pieces do that looking at each is too much."""
        hits = self._hits(text)
        if not hits:
            return []
        if len(hits) > max(_HITS >> 4, len(text) >> 4):
            return [(0, len(text))]
        view = View(text)
        spans: list[Span] = []
        done = 0
        for at, piece in hits:
            offset = view.offset(at)
            if offset < done:
                continue
            found = self._around(view.text, offset, piece, done)
            if found is not None:
                spans.append(view.span(*found))
                done = found[1]
        return spans

    def _many(self, size: int) -> bool:
        return len(self._pieces) * max(size, self._size) > _FIND_BYTES

    def _hits(self, text: bytes) -> list[tuple[int, bytes]]:
        """``(offset, piece)`` for each place where a piece stands, ascending."""
        if self._many(len(text)):
            order = self._order
            return sorted((end - len(order[i]), order[i]) for end, i in self._scanned(text, 0, len(text), _HITS + len(text) // 8))
        hits: list[tuple[int, bytes]] = []
        for piece in self._pieces:
            at = text.find(piece)
            while at >= 0:
                hits.append((at, piece))
                at = text.find(piece, at + len(piece))
        hits.sort()
        return hits

    def _scanned(self, buf: bytes, lo: int, hi: int, limit: int) -> list[tuple[int, int]]:
        """``(end, number of the piece)`` of each hit, up to about ``limit`` of them; windows overlap, so some may come twice."""
        if self._database is None:
            self._database = literals(self._order)
            self._scratch = hyperscan.Scratch(self._database)
        found: list[tuple[int, int]] = []
        base = lo

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            found.append((base + end, number))
            return len(found) > limit

        view = memoryview(buf)
        for window in range(lo, hi, _WINDOW):
            base = max(lo, window - _OVERLAP)
            try:
                self._database.scan(view[base : min(hi, window + _WINDOW)], match_event_handler=on_match, scratch=self._scratch)
            except hyperscan.ScanTerminated:
                break
        return found

    def _plain(self, number: int) -> bytes:
        text = self._plains.get(number)
        if text is None:
            text = self._plains[number] = plain(self._texts[number])
        return text

    def _around(self, text: bytes, at: int, piece: bytes, floor: int) -> Span | None:
        """The longest copy around ``text[at:]``, where ``piece`` stands, that begins at ``floor`` or later."""
        best: Span | None = None
        for number, leading in self._likely(text, at, piece):
            needle, anchor = self._plain(number), plain(piece)
            place = needle.find(anchor) if leading else needle.rfind(anchor)
            if place < 0 or not text.startswith(anchor, at):
                continue
            span = _extended(text, at, needle, place, floor)
            if (best is None or span[1] - span[0] > best[1] - best[0]) and _is_copy(text, span, needle):
                best = span
        return best

    def _likely(self, text: bytes, at: int, piece: bytes) -> list[tuple[int, bool]]:
        """Which texts to compare with: of many that share the piece, those that go on most alike, found by halving."""
        sharing = self._pieces[piece]
        if len(sharing) <= _CANDIDATES:
            return sharing
        ordered = sharing if isinstance(sharing, _Sorted) else _Sorted(sharing, self._texts, piece)
        self._pieces[piece] = ordered
        return ordered.nearest(text[at : at + _KEY], text[max(0, at - _KEY) : at + len(piece)])


class _Sorted(list[tuple[int, bool]]):
    """Texts that share a piece, by how they go on behind it and by how they come to it."""

    def __init__(self, sharing: list[tuple[int, bool]], texts: list[bytes], piece: bytes) -> None:
        super().__init__(sharing)
        self._behind: list[tuple[bytes, int]] = []
        self._before: list[tuple[bytes, int]] = []
        for i, (number, leading) in enumerate(sharing):
            text = texts[number]
            text = text if len(text) < 8 * _KEY else text[: 4 * _KEY] if leading else text[-4 * _KEY :]
            text, anchor = plain(text), plain(piece)
            place = max(0, text.find(anchor) if leading else text.rfind(anchor))
            self._behind.append((text[place : place + _KEY], i))
            self._before.append((text[max(0, place - _KEY) : place + len(anchor)][::-1], i))
        self._behind.sort()
        self._before.sort()

    def nearest(self, behind: bytes, before: bytes) -> list[tuple[int, bool]]:
        near: set[int] = set()
        for ordered, key in ((self._behind, behind), (self._before, before[::-1])):
            i = bisect_left(ordered, (key, -1))
            near.update(number for _, number in ordered[max(0, i - 2) : i + 2])
        return [self[i] for i in near]


def literals(patterns: list[bytes]) -> Any:
    """A database of literals; a hit comes with its end and the number of its pattern. As its own literals end at a NUL, bytes are spelled out."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    size = len(patterns)
    spelled = [pattern if pattern.isalnum() else b"".join(b"\\x%02x" % byte for byte in pattern) for pattern in patterns]
    database.compile(expressions=spelled, ids=list(range(size)), elements=size, flags=[0] * size)
    return database


def _extended(text: bytes, at: int, needle: bytes, place: int, floor: int) -> Span:
    """As far around ``text[at]`` as it is equal to ``needle`` around ``place``, markers passed over."""
    end, there = at, place
    while True:
        step = _common(text, end, needle, there)
        end, there = end + step, there + step
        marker = _MARKER.match(text, end)
        if marker is None or there >= len(needle):
            break
        behind = text[marker.end() : marker.end() + _ANCHOR]
        again = needle.find(behind, there, there + _APART) if len(behind) == _ANCHOR else -1
        if again < 0:
            break
        end, there = marker.end(), again
    start, there = at, place
    while True:
        step = _common_before(text, start, needle, there, floor)
        start, there = start - step, there - step
        marker = _MARKER_BEFORE.search(text, max(floor, start - 256), start)
        if marker is None or there <= 0:
            break
        before = text[max(floor, marker.start() - _ANCHOR) : marker.start()]
        again = needle.rfind(before, max(0, there - _APART), there) if len(before) == _ANCHOR else -1
        if again < 0:
            break
        start, there = marker.start(), again + _ANCHOR
    while start < end and text[start] & 0xC0 == 0x80:
        start += 1
    while end < len(text) and end > start and text[end] & 0xC0 == 0x80:
        end -= 1
    return start, end


def _common(a: bytes, i: int, b: bytes, j: int) -> int:
    """How many bytes of ``a[i:]`` and ``b[j:]`` are equal."""
    most, done, step = min(len(a) - i, len(b) - j), 0, 64
    while done < most:
        size = min(step, most - done)
        if a[i + done : i + done + size] != b[j + done : j + done + size]:
            while size:
                half = (size + 1) // 2
                if a[i + done : i + done + half] == b[j + done : j + done + half]:
                    done += half
                    size -= half
                elif size == 1:
                    break
                else:
                    size = half if size > half else size - 1
            break
        done += size
        step = min(2 * step, 1 << 16)
    return done


def _common_before(a: bytes, i: int, b: bytes, j: int, floor: int) -> int:
    """How many bytes before ``a[i]``, down to ``floor``, and before ``b[j]`` are equal."""
    most, done = min(i - floor, j), 0
    while done < most:
        size = min(4096, most - done)
        done_here = _common(a[i - done - size : i - done][::-1], 0, b[j - done - size : j - done][::-1], 0)
        done += done_here
        if done_here < size:
            break
    return done


def _is_copy(text: bytes, span: Span, needle: bytes) -> bool:
    """Whether what is equal is a copy: all of the text, prose, or cut off where it ends. A shared beginning of two URLs is none."""
    size = span[1] - span[0]
    if size >= len(needle):
        return True
    found = text[span[0] : span[1]]
    if size < SHORTEST or len(found.decode("utf-8", "ignore")) < SHORTEST:
        return False
    return size >= _SURE or found.count(b" ") >= _PROSE_BLANKS or span[1] == len(text) or text.startswith(_CUT, span[1])
