"""All detectors compiled together: one Hyperscan database, one pass over the bytes.

The database answers "where could something be" (``candidates``); the detectors whose anchor fired there decide what is (``findings``).
Hyperscan runs in block mode over windows of 1 MiB that overlap by 64 bytes (no anchor is wider). A scanner may be used from several
threads: each has its own scratch space (a shared one raises ``ScratchInUseError``).

Coordinates are byte offsets into the buffer given, also when only a part of it is scanned.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import hyperscan

from detectors.compiled import Origin, database
from detectors.markers import MARKER_STARTS, is_marker, is_masked
from detectors.model import Anchor, Detector, Finding

WINDOW_BYTES = 1 << 20
OVERLAP_BYTES = 64
HITS_PER_WINDOW = 65_536
"""A window with more anchor hits than this is not listed hit by hit (16 MiB of ``a@b `` would be half a gigabyte of tuples)."""

_ID_WORDS = rb"(?:trace|span|parent|request|correlation|session|transaction|message|msg|event|job|task|run|order|build|block|req|thread|process)"
_ID_FIELD = re.compile(rb"(?:" + _ID_WORDS + rb"[_.\- ]?id|traceparent|x-b3-\w{0,16})\\*[\"']?\]?\s?[:=]\s?\\*[\"']?\Z", re.IGNORECASE)
_ID_NAME = re.compile(rb"(?:.*[._-])?" + _ID_WORDS + rb"[._-]?id\Z|traceparent\Z|x-b3-\w{0,16}\Z", re.IGNORECASE)
_BASE64 = bytes(1 if (chr(c).isalnum() and c < 128) or c in b"+/=" else 0 for c in range(256))
_BASE64_RUN = 256
LONG = 3900
"""Bytes: a finding of this length or more was probably cut by its detector's window; its word is followed to the end."""


_new = tuple.__new__
"""Makes a named tuple without the Python function that its class has for it."""


class TooManyHitsError(Exception):
    """More anchor hits than the caller allows: the text can't be examined within its work budget. Holds no text."""


class AnchorSet:
    """Patterns compiled into one database; each carries a value that comes back with its hits.

    ``origin``: whose the patterns are, on which it depends whether the database may be kept on disk (see :mod:`detectors.compiled`).
    """

    __slots__ = ("_database", "_local", "_lock", "_origin", "patterns", "values")

    def __init__(self, anchors: Iterable[tuple[Anchor, Any]], *, origin: Origin = "private") -> None:
        grouped: dict[Anchor, list[Any]] = {}
        for anchor, value in anchors:
            grouped.setdefault(anchor, []).append(value)
        self.patterns = tuple(grouped)
        self.values: tuple[tuple[Any, ...], ...] = tuple(tuple(values) for values in grouped.values())
        self._origin: Origin = origin
        self._database: Any = None
        self._local = threading.local()
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Compile the database now (about a second for the whole catalogue) instead of at the first scan.

        Raises :class:`detectors.model.CatalogueError` for a pattern Hyperscan does not take.
        """
        with self._lock:
            if self._database is None:
                self._database = _compile(self.patterns, self._origin)

    def hits(self, buf: Any, lo: int, hi: int, limit: int) -> list[tuple[int, int]]:
        """``(end offset, pattern index)`` of every match in ``buf[lo:hi]``, in the order Hyperscan reports them.

        Raises :class:`TooManyHitsError` past ``limit`` hits.
        """
        scratch = getattr(self._local, "scratch", None)
        if scratch is None:
            self.warm()
            scratch = self._local.scratch = hyperscan.Scratch(self._database)
        found: list[tuple[int, int]] = []
        append = found.append
        base = lo

        def on_match(pattern: int, _start: int, end: int, _flags: int, _context: Any) -> bool | None:
            append((base + end, pattern))
            return len(found) > limit

        scan = self._database.scan
        if hi - lo <= WINDOW_BYTES:
            part = buf if lo == 0 and hi == len(buf) else memoryview(buf)[lo:hi]
            _run(scan, part, on_match, scratch)
        else:
            view = memoryview(buf)
            for window in range(lo, hi, WINDOW_BYTES):
                base = max(lo, window - OVERLAP_BYTES)
                before = len(found)
                _run(scan, view[base : min(hi, window + WINDOW_BYTES)], on_match, scratch)
                if len(found) > limit:  # before any are taken out again: the scan ended early
                    raise TooManyHitsError
                if base != lo:  # what ends inside the overlap was reported by the window before
                    found[before:] = [hit for hit in found[before:] if hit[0] > window]
        if len(found) > limit:
            raise TooManyHitsError
        return found


def _run(scan: Any, part: Any, on_match: Any, scratch: Any) -> None:
    try:
        scan(part, match_event_handler=on_match, scratch=scratch)
    except hyperscan.ScanTerminated:
        pass


@lru_cache(maxsize=16)
def _compile(anchors: tuple[Anchor, ...], origin: Origin) -> Any:
    """The database of these anchors. Plans that differ in rules alone share it: compiling takes a second, and it never changes."""
    return database(anchors, origin)


class Scanner:
    """Detectors and their anchors for one wire format.

    ``extra`` anchors (key names, escapes) are what the wire format needs besides; their values come back from ``candidates`` only.
    ``shadowing``: a less certain detector is not asked about a place inside what a more certain one has found. Only where every finding is
    enforced; else a finding that is merely observed could hide a secret. ``origin`` as for :class:`AnchorSet`.
    """

    __slots__ = ("_anchors", "_detectors", "_shadowing", "detectors")

    def __init__(
        self, detectors: Iterable[Detector], extra: Iterable[tuple[Anchor, Any]] = (), *, shadowing: bool = False, origin: Origin = "private"
    ) -> None:
        self.detectors = tuple(detectors)
        self._shadowing = shadowing
        pairs: list[tuple[Anchor, Any]] = [(anchor, detector) for detector in self.detectors for anchor in detector.anchors]
        self._anchors = AnchorSet([*pairs, *extra], origin=origin)
        self._detectors = tuple(
            tuple((value, value.verify, value.score) for value in values if isinstance(value, Detector)) for values in self._anchors.values
        )

    def candidates(self, buf: Any, lo: int = 0, hi: int | None = None, limit: int = HITS_PER_WINDOW) -> list[tuple[int, int]]:
        """``(end offset, pattern index)`` of every anchor hit, ascending by offset; see ``values``."""
        found = self._anchors.hits(buf, lo, len(buf) if hi is None else hi, limit)
        found.sort()
        return found

    def warm(self) -> None:
        """Compile the database now; see :meth:`AnchorSet.warm`."""
        self._anchors.warm()

    @property
    def patterns(self) -> tuple[Anchor, ...]:
        """By pattern index: the anchor."""
        return self._anchors.patterns

    @property
    def values(self) -> tuple[tuple[Any, ...], ...]:
        """By pattern index: the detectors and extra values that share the anchor."""
        return self._anchors.values

    def findings(self, text: bytes, lo: int = 0, hi: int | None = None, *, name: bytes = b"", limit: int = HITS_PER_WINDOW) -> list[Finding]:
        """What the detectors find in ``text[lo:hi]``; they may look at, and a PEM block may reach into, the text around.

        ``name`` is the field's name where the text is a field's value: an id's value is exempt from loose detectors.
        Raises :class:`TooManyHitsError`.
        """
        return self.verified(text, self._anchors.hits(text, lo, len(text) if hi is None else hi, limit), name)

    def verified(self, text: bytes, hits: Iterable[tuple[int, int]], name: bytes = b"", base: int = 0) -> list[Finding]:
        """What the detectors whose anchors hit make of ``hits``: ``(end offset, pattern index)``, with ``text`` at ``base``.

        The patterns may be another scanner's that has the same detectors and more anchors besides. Hits outside ``text`` are none.
        """
        out: list[Finding] = []
        detectors = self._detectors
        known, size = len(detectors), len(text)
        shadowing = self._shadowing
        taken_start = taken_end = -1
        taken_score = 0.0
        ends: dict[str, int] = {}
        for at, pattern in hits:
            at -= base
            if pattern >= known or at <= 0 or at > size:
                continue
            for detector, verify, score in detectors[pattern]:
                if at < taken_end and score < taken_score and taken_start <= at:
                    continue  # inside what a more certain detector has just found
                if ends and at < ends.get(detector.id, 0):
                    continue  # inside what this very detector has found
                span = verify(text, at)
                if span is None:
                    continue
                start, end = span
                if end - start >= LONG:
                    end = _run_end(text, end)
                if detector.loose and ((name and 2 * (end - start) >= size and is_id_name(name)) or _exempt(text, start, end)):
                    continue
                value = text[start:end]
                if (value[:1] in MARKER_STARTS and is_marker(value)) or (end - start <= 64 and is_masked(value)):
                    continue
                ends[detector.id] = end
                if not shadowing:
                    out.append(_new(Finding, (start, end, detector.id, detector.entity, score)))
                    continue
                if start == taken_start and end == taken_end and out[-1][:2] == span and out[-1].entity == detector.entity:
                    if score <= taken_score:
                        continue  # the same thing once more
                    out.pop()
                out.append(_new(Finding, (start, end, detector.id, detector.entity, score)))
                if score >= taken_score or at >= taken_end:
                    taken_start, taken_end, taken_score = start, end, score
        return out


def _run_end(text: bytes, end: int) -> int:
    """Where the word ends that goes on at ``end``: what fills a detector's window has a tail."""
    found = _RUN.match(text, end)
    return found.end() if found else end


_RUN = re.compile(rb"[^\s\"'`<>,;\\]{1,1048576}+")


def is_id_name(name: bytes) -> bool:
    """Whether a field of this name holds an id: exempt from digit and contextual detectors, not from prefixed secrets."""
    return bool(name) and len(name) <= 128 and _ID_NAME.match(name) is not None


def _exempt(text: bytes, start: int, end: int) -> bool:
    near = text[max(0, start - 4) : start]
    if b"=" in near or b":" in near:
        before = text[max(0, start - 48) : start].lower()
        # Every name of _ID_FIELD holds one of these, and most texts none: the search takes ten times as long.
        if (b"id" in before or b"parent" in before or b"x-b3" in before) and _ID_FIELD.search(before) is not None:
            return True
    return len(text) > _BASE64_RUN and _in_base64(text, start, end)


def _in_base64(text: bytes, start: int, end: int) -> bool:
    """Inside a long run of base64 (an image, an embedding): random digits are bound to look like something there."""
    left = text[max(0, start - _BASE64_RUN) : start].translate(_BASE64)
    right = text[end : end + _BASE64_RUN].translate(_BASE64)
    run_left = len(left) - 1 - left.rfind(0)
    run_right = right.find(0)
    run = run_left + (len(right) if run_right < 0 else run_right)
    if run < _BASE64_RUN:
        return False
    sample = text[max(0, start - run_left) : start] + text[end : end + _BASE64_RUN]
    return not (sample.islower() or sample.isupper()) and sample.count(b"/") * 16 < len(sample)  # base64 mixes; a path does not
