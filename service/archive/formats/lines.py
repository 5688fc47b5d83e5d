"""Lines: text of any kind, and NDJSON.

A piece ends before a line that begins like a record of its own (a date, a level, a JSON object, …), so that a traceback, a PEM block or a
dump over many lines stays with the line that began it. Where 1 MiB holds no such line, any line that is not indented will do, then any.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator

from service.archive.contract import MAX_RECORD_BYTES, PIECE_BYTES, ArchiveError, Format
from service.recognition.redaction import Redaction
from service.redaction.report import Redacted

_REACH = 1 << 20
_PEM_BYTES = 64 << 10
_AHEAD = _REACH + _PEM_BYTES
"""So much behind the place where a piece might end decides where it does."""
_PEM_LINE = re.compile(rb"-----BEGIN [A-Z0-9 ]{1,40}-----")
_PEM_END = re.compile(rb"-----END [A-Z0-9 ]{1,40}-----[^\n]{0,64}\n")

_RECORD = re.compile(
    rb"""\n(?=
        \{ | <[0-9]{1,3}>                                      # NDJSON; a syslog priority (RFC 5424, section 6.2.1)
      | \[?[0-9]{4}[-/.][0-9]{2}[-/.][0-9]{2}                  # a date
      | (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\ [ 0-9][0-9]\ # RFC 3164, section 4.1.2
      | [IWEF][0-9]{4}\ [0-9]{2}:                              # klog
      | \[?[A-Z]{4,8}[\]:\ |]                                  # a level
      | (?:time|ts|level)=                                     # logfmt
      | [0-9]{1,3}(?:\.[0-9]{1,3}){3}\ \S+\ \S+\ \[            # an access log
    )""",
    re.VERBOSE,
)
_NOT_INDENTED = re.compile(rb"\n(?![ \t\r\n}\])]|Caused by|\.\.\.|Traceback)")

Cut = Callable[[bytearray, int, bool], int]
"""``(pending, from, last)`` → where a piece may end, behind a newline at or behind ``from``; 0 if more must be read to tell."""


def runs(chunks: Iterator[bytes], cut: Cut) -> Iterator[bytes]:
    """``chunks`` in pieces that end where ``cut`` says. Raises ``ArchiveError`` (``long_record``)."""
    pending = bytearray()
    for chunk in chunks:
        pending += chunk
        while len(pending) > PIECE_BYTES + _AHEAD:
            end = cut(pending, PIECE_BYTES, False)
            if not end:
                if len(pending) > MAX_RECORD_BYTES:
                    raise ArchiveError("long_record", f"holds a record longer than {MAX_RECORD_BYTES >> 20} MiB")
                break
            yield bytes(memoryview(pending)[:end])
            del pending[:end]
    while len(pending) > PIECE_BYTES:
        end = cut(pending, PIECE_BYTES, True)
        if not end or end >= len(pending):
            break
        yield bytes(memoryview(pending)[:end])
        del pending[:end]
    if pending:
        yield bytes(pending)


def line_cut(pending: bytearray, start: int, last: bool) -> int:
    """The cut for text; see the module. Looks at what is within reach of ``start`` alone, so that it is the same however much was read."""
    stop = min(len(pending), start + _REACH)
    for border in (_RECORD, _NOT_INDENTED):
        found = border.search(pending, start - 1, stop)
        if found is not None:
            return _outside_pem(pending, found.end())
    return after_line(pending, start, last)


def after_line(pending: bytearray, start: int, last: bool) -> int:
    """The cut behind any line."""
    newline = pending.find(b"\n", start - 1)
    return newline + 1 if newline >= 0 else len(pending) if last else 0


def each_line(lines: list[bytes], rewrite: Callable[[bytes], Redacted]) -> tuple[list[bytes], Redacted]:
    """What becomes of each of ``lines``: the very list where that is nothing, an empty line where a rule drops it; and of all of them."""
    payload = b"".join(lines)
    redacted = rewrite(payload)
    if redacted.payload is payload:
        return lines, redacted
    after = list(io.BytesIO(redacted.payload))
    if len(after) != len(lines):  # records are dropped: one by one it shows which
        after = [rewrite(line).payload for line in lines]
    return after, redacted


def _outside_pem(pending: bytearray, cut: int) -> int:
    """``cut``, or where the PEM block ends (RFC 7468) that is open there."""
    begin = pending.rfind(b"-----BEGIN ", max(0, cut - _PEM_BYTES), cut)
    if begin < 0 or not _PEM_LINE.match(pending, begin) or _PEM_END.search(pending, begin, cut):
        return cut
    end = _PEM_END.search(pending, cut - 1, min(len(pending), cut + _PEM_BYTES))
    return cut if end is None else end.end()


class Lines(Format):
    """Text or NDJSON; ``name`` is the codec's."""

    def __init__(self, name: str) -> None:
        self.name = name

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """See :class:`service.archive.contract.Format`."""
        return runs(chunks, line_cut)

    def redact(self, piece: bytes, redaction: Redaction, context: bytes = b"") -> Redacted:
        """See :class:`service.archive.contract.Format`."""
        del context
        return redaction.rewrite(self.name, piece)
