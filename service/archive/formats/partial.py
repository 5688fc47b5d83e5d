"""Container logs whose long lines were cut: Docker's ``json-file`` and the CRI format.

Docker cuts a line at 16 KiB: all of its parts but the last have a ``log`` without a newline at its end. CRI marks parts by ``P`` and the last
one by ``F`` (kubernetes/design-proposals-archive, node/kubelet-cri-logging.md). The parts of a text are joined again, for each stream by
itself and up to 1 MiB, so that what was cut in two is found; then they are written back as they were: as many lines, each with its time and
tag. Where a finding lay over a cut, what takes its place stands in the part in which it began.
"""

from __future__ import annotations

import io
import re
from abc import abstractmethod
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from service.archive.contract import Format
from service.archive.formats.lines import each_line, runs
from service.recognition.redaction import Redaction
from service.redaction.plan import UNPROCESSABLE
from service.redaction.report import Redacted

_JOINED_BYTES = 1 << 20
_REACH = 1 << 20
_LOOK_BACK = 256 << 10
_DOCKER = re.compile(rb'\{[^\n]{0,4096}?"log":"((?:[^"\\\n]++|\\[^\n])*+)"[^\n]*\}\r?\n?')
_DOCKER_HEAD = re.compile(rb'\{"log":"(?:[^"\\\n]++|\\[^\n])*+","(?:stream|attrs|time)":')
_DOCKER_STREAM = re.compile(rb'"stream":"(\w+)"')
_CRI = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,24}(?:Z|[+-][0-9]{2}:[0-9]{2}) (stdout|stderr) ([PF])(?::\S+)? ([^\n]*+)\n?")
_MARKER = re.compile(rb"\[REDACTED[^\]\n]{0,200}\]")
_ANCHOR = 24
_LEAST_ANCHOR = 3
"""Bytes behind a replacement by which its end in the original is known. Were it a wrong place, shares would be cut elsewhere, no more."""


class Part(NamedTuple):
    """How a line reads: ``line[start:end]`` is its share of a text of ``stream``; ``partial`` unless it is the text's last."""

    start: int
    end: int
    stream: bytes
    partial: bool


class _Partial(Format):
    """What the formats have in common."""

    @abstractmethod
    def part(self, line: bytes) -> Part | None:
        """How ``line`` reads; ``None`` where it is not of the format."""

    @abstractmethod
    def may_hold_parts(self, piece: bytes) -> bool:
        """Whether it is worth looking at each line."""

    def as_last(self, line: bytes) -> bytes:
        """``line`` as if it were its text's only part."""
        return line

    def as_it_was(self, line: bytes, before: bytes) -> bytes:
        """The reverse, for a line that was ``before``."""
        del before
        return line

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """See :class:`service.archive.contract.Format`."""
        return runs(chunks, self._cut)

    def _cut(self, pending: bytearray, start: int, last: bool) -> int:
        first = at = pending.find(b"\n", start - 1) + 1
        while at and at - first < _REACH:
            if not self._open(pending, at):
                return at
            at = pending.find(b"\n", at) + 1
        if at or last:
            return first or len(pending)
        return 0

    def _open(self, pending: bytearray, cut: int) -> bool:
        """Whether a text of one of the streams goes on behind ``cut``."""
        seen: set[bytes] = set()
        end, floor = cut, max(0, cut - _LOOK_BACK)
        while end > floor and len(seen) < 2:
            begin = pending.rfind(b"\n", 0, end - 1) + 1
            part = self.part(bytes(pending[begin:end]))
            if part is not None and part.stream not in seen:
                if part.partial:
                    return True
                seen.add(part.stream)
            end = begin
        return False

    def redact(self, piece: bytes, redaction: Redaction, context: bytes = b"") -> Redacted:
        """See :class:`service.archive.contract.Format`."""
        del context
        groups, lines = self._groups(piece) if self.may_hold_parts(piece) else ([], [])
        if not groups:
            return redaction.rewrite("ndjson", piece)
        joined = list(lines)
        for group in groups:
            _join(joined, group, self)
        after, redacted = each_line(joined, partial(redaction.rewrite, "ndjson"))
        if after is joined:
            return redacted._replace(payload=piece)
        for group in groups:
            self._split(lines, after, group)
        return redacted._replace(payload=b"".join(after))

    def _groups(self, piece: bytes) -> tuple[list[list[tuple[int, Part]]], list[bytes]]:
        """The texts of several parts, each part with its line's index; and all lines."""
        lines = list(io.BytesIO(piece))
        groups: list[list[tuple[int, Part]]] = []
        open_: dict[bytes, list[tuple[int, Part]]] = {}
        for at, line in enumerate(lines):
            part = self.part(line)
            if part is None:
                continue
            group = open_.setdefault(part.stream, [])
            group.append((at, part))
            if not part.partial or sum(part.end - part.start for _, part in group[-64:]) > _JOINED_BYTES:
                if len(group) > 1:
                    groups.append(group)
                del open_[part.stream]
        return groups + [group for group in open_.values() if len(group) > 1], lines

    def _split(self, lines: list[bytes], after: list[bytes], group: list[tuple[int, Part]]) -> None:
        """Gives each part of ``group`` its share of what became of the joined text, in ``after``."""
        first = after[group[0][0]]
        old = _text(lines, group)
        reads = self.part(first)
        share = first[reads.start : reads.end] if reads is not None else UNPROCESSABLE
        cuts, size = [], 0
        for _, part in group[:-1]:
            size += part.end - part.start
            cuts.append(size)
        borders = [0, *moved(old, share, cuts), len(share)]
        for i, (at, _) in enumerate(group):
            if not after[at]:
                continue  # dropped
            shell = after[at] if self.part(after[at]) is not None else self.as_last(lines[at])
            reads = self.part(shell)
            if reads is not None:
                line = shell[: reads.start] + share[borders[i] : borders[i + 1]] + shell[reads.end :]
                after[at] = self.as_it_was(line, lines[at])


def _join(lines: list[bytes], group: list[tuple[int, Part]], form: _Partial) -> None:
    """The whole text into the first part's line; the others' lines keep what is beside their share."""
    text = _text(lines, group)
    for i, (at, part) in enumerate(group):
        line = lines[at]
        lines[at] = form.as_last(line[: part.start] + (b"" if i else text) + line[part.end :])


def _text(lines: list[bytes], group: list[tuple[int, Part]]) -> bytes:
    """What the parts' shares make together."""
    return b"".join(lines[at][part.start : part.end] for at, part in group)


def moved(old: bytes, new: bytes, cuts: list[int]) -> list[int]:
    """Where the places ``cuts`` of ``old`` (ascending) are in ``new``, in which some stretches were replaced; a place within one is at its end."""
    tail = _common(old[::-1], new[::-1])
    stretches: list[tuple[int, int, int]] = []  # what was replaced: from, to; and where it ends in `new`
    i = j = 0
    while True:
        same = _common(old[i:], new[j:])
        i, j = i + same, j + same
        if i >= len(old) or j >= len(new) or len(old) - i <= tail:
            break
        marker = _MARKER.search(new, max(0, j - _ANCHOR))
        while marker is not None and marker.end() <= j:
            marker = _MARKER.search(new, marker.end())
        anchor = new[marker.end() : marker.end() + _ANCHOR].partition(b"[REDACTED")[0] if marker is not None else b""
        found = old.find(anchor, i) if len(anchor) >= _LEAST_ANCHOR else -1
        if marker is None or found < 0:
            break
        stretches.append((i, found, marker.end()))
        i, j = found, marker.end()
    if i < len(old) or j < len(new):
        tail = min(tail, len(old) - i, len(new) - j)
        stretches.append((i, len(old) - tail, len(new) - tail))
    places = []
    for cut in cuts:
        shift = 0
        for start, end, new_end in stretches:
            if cut <= start:
                break
            shift = new_end - min(cut, end)  # within one it is at its end
        places.append(cut + shift)
    return places


def _common(a: bytes, b: bytes) -> int:
    """How many bytes they begin alike with."""
    lo, hi = 0, min(len(a), len(b))
    while lo < hi:
        middle = (lo + hi + 1) // 2
        if a[lo:middle] == b[lo:middle]:
            lo = middle
        else:
            hi = middle - 1
    return lo


class DockerJson(_Partial):
    """Docker's ``json-file`` driver: ``{"log":"…\\n","stream":"stdout","time":"…"}`` lines."""

    name = "docker"

    @staticmethod
    def is_of(head: bytes) -> bool:
        """Whether a content begins so."""
        line = head.partition(b"\n")[0]
        return _DOCKER_HEAD.match(line) is not None and _DOCKER_STREAM.search(line) is not None and b'"time":"' in line

    def part(self, line: bytes) -> Part | None:
        """See :class:`_Partial`."""
        found = _DOCKER.fullmatch(line)
        if found is None:
            return None
        start, end = found.span(1)
        stream = _DOCKER_STREAM.search(line, end) or _DOCKER_STREAM.search(line, 0, start)
        slashes = end - 1 - len(line[start : end - 1].rstrip(b"\\")) - start
        return Part(start, end, b"" if stream is None else stream[1], not (line[end - 1 : end] == b"n" and slashes % 2 == 1))

    def may_hold_parts(self, piece: bytes) -> bool:
        """See :class:`_Partial`."""
        whole = piece.count(b'\\n","stream":"')
        return piece.count(b'"log":"') != whole or b'\\\\n","stream":"' in piece


class Cri(_Partial):
    """The CRI's format: ``TIME stdout|stderr P|F TEXT`` lines."""

    name = "cri"

    @staticmethod
    def is_of(head: bytes) -> bool:
        """Whether a content begins so."""
        return _CRI.match(head) is not None

    def part(self, line: bytes) -> Part | None:
        """See :class:`_Partial`."""
        found = _CRI.fullmatch(line)
        return None if found is None else Part(*found.span(3), found[1], found[2] == b"P")

    def may_hold_parts(self, piece: bytes) -> bool:
        """See :class:`_Partial`."""
        return b" stdout P" in piece or b" stderr P" in piece

    def as_last(self, line: bytes) -> bytes:
        """See :class:`_Partial`."""
        return self._tagged(line, b"F")

    def as_it_was(self, line: bytes, before: bytes) -> bytes:
        """See :class:`_Partial`."""
        found = _CRI.fullmatch(before)
        return line if found is None else self._tagged(line, found[2])

    @staticmethod
    def _tagged(line: bytes, tag: bytes) -> bytes:
        found = _CRI.fullmatch(line)
        return line if found is None else line[: found.start(2)] + tag + line[found.end(2) :]
