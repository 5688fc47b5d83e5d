"""Records of lines and of JSON documents, for the search of side copies."""

from __future__ import annotations

import re
from collections.abc import Callable

from detectors.model import Span
from service.redaction import jsondoc
from service.redaction.copies import Look, Records, trace_of
from service.redaction.edits import apply
from service.redaction.leaves import revise

_REACH = 1 << 15
"""Bytes before and behind a line of text in which the record it belongs to is looked for."""

_BEGINS = re.compile(
    rb"[\[(<{\"]?(?:\d{2,4}[-/:.]\d{1,2}[-/:.T ]|\d{10,19}\b)|[\[(<]?(?:INFO|DEBUG|WARN|ERROR|TRACE|CRITICAL|FATAL|info|debug|warn|error)\b"
    rb"|(?:ts|time|timestamp|level|lvl)=|[A-Z][a-z]{2} [ \d]\d \d\d:|\{|\d{1,3}(?:\.\d{1,3}){3} |[IWEFD]\d{4} |$",
    re.MULTILINE,
)
"""How the first line of a record begins: a time, a level, a document, an address, an empty line. Any other goes on with the one before."""


class Lines(Records):
    """Lines of NDJSON or text."""

    def __init__(self, out: bytes, blank: Callable[[bytes], bytes]) -> None:
        self._out = out
        self._blank = blank

    def around(self, at: int) -> Span:
        """The line, if it is a document; else the lines of text that belong together."""
        out = self._out
        lo = out.rfind(b"\n", 0, at) + 1
        hi = _end(out, at)
        if _is_document(out[lo:hi]):
            return lo, hi
        floor, ceiling = max(0, lo - _REACH), min(len(out), hi + _REACH)
        while lo > floor and not _BEGINS.match(out, lo):
            before = out.rfind(b"\n", 0, lo - 1) + 1
            if _BEGINS.match(out, lo) or out[before : before + 1] == b"{":
                break
            lo = before
        while hi < ceiling and not _BEGINS.match(out, hi + 1):
            hi = _end(out, hi + 1)
        return lo, hi

    def trace(self, record: bytes) -> bytes:
        return trace_of(record)

    def revised(self, look: Look, record: bytes) -> bytes:
        if _is_document(record):
            return revise("ndjson", record, look)
        edits = look.edits(record, b"body", "body")
        return apply(record, edits) if edits else record

    def blank(self, record: bytes) -> bytes:
        return self._blank(record)


class Document(Records):
    """One JSON document: a record whatever it holds."""

    def __init__(self, out: bytes, blank: Callable[[bytes], bytes]) -> None:
        self._size = len(out)
        self._blank = blank

    def around(self, at: int) -> Span:
        del at
        return 0, self._size

    def trace(self, record: bytes) -> bytes:
        del record
        return b""

    def revised(self, look: Look, record: bytes) -> bytes:
        return revise("json", record, look)

    def blank(self, record: bytes) -> bytes:
        return self._blank(record)


def _is_document(line: bytes) -> bool:
    return line.lstrip()[:1] in (b"{", b"[") and jsondoc.well_formed(line)


def _end(out: bytes, at: int) -> int:
    end = out.find(b"\n", at)
    return len(out) if end < 0 else end
