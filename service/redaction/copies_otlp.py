"""Records of OTLP requests, for the search of side copies: spans and log records, in protobuf and in JSON.

A record is read by itself, wrapped as a request of its own: its resource and scope hold for records of other traces too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import msgspec

from detectors.model import Span
from service.redaction.codecs.otlp_schema import REQUESTS, Field, Schema
from service.redaction.codecs.wire import field, fields, length_delimited
from service.redaction.copies import Look, Records, cleaned, named_at, needles_of
from service.redaction.copies_needles import Needles
from service.redaction.leaves import revise
from service.redaction.work import Work

_TRACE_FIELDS = {"Span": 1, "LogRecord": 9}
_TRACE_BYTES = 16
Blank = Callable[[bytes, int, int, Field], bytes]


class ProtoCopies(Records):
    """Copies in the records of a protobuf request.

    A record is cleaned of its own prompts as soon as it is rewritten (``own``), the others of a trace at the end (``others``): where no trace
    has more records than those the prompts were in, nothing is walked again. ``blank`` makes a record without its content.
    """

    def __init__(self, work: Work, signal: str, blank: Blank) -> None:
        self._work = work
        self._codec = f"otlp_proto:{signal}"
        self._blank = blank
        self._schema = REQUESTS[signal]
        self._kind = _record_field(self._schema)
        self._trace_field = _TRACE_FIELDS.get(self._kind.schema.name, 0) if self._kind.schema else 0
        self._traces: dict[bytes, list[bytes]] = {}
        self._spans: list[Span] = []
        self._starts: list[int] = []

    def own(self, record: bytes) -> bytes:
        """``record``, just rewritten, without copies of its own prompts."""
        texts = [text for _, value in self._work.prompts for text in needles_of(value)]
        self._work.prompts.clear()
        if not texts:
            return record
        trace = self.trace(record)
        if trace:
            self._traces.setdefault(trace, []).extend(texts)
        return cleaned(self._work, self, record, [Needles(texts, len(record))])

    def others(self, out: bytes) -> bytes:
        """``out``, rewritten, without copies in other records of the traces."""
        if not self._traces:
            return out
        named: dict[bytes, list[int]] = {}
        for trace, at in named_at(out, list(self._traces)):
            named.setdefault(trace, []).append(at)
        shared = {trace: places for trace, places in named.items() if len(places) > 1}
        if not shared:
            return out
        _gathered(out, 0, len(out), self._schema, self._spans)
        self._starts = [lo for lo, _ in self._spans]
        changes: dict[Span, bytes] = {}
        for trace, places in shared.items():
            regions = dict.fromkeys(map(self.around, places))
            needles = Needles(self._traces[trace], sum(hi - lo for lo, hi in regions))
            for lo, hi in regions:
                record = changes.get((lo, hi), out[lo:hi])
                new = cleaned(self._work, self, record, [needles])
                if new is not record:
                    self._work.report.touched += b"REDACTED" not in record  # else it was before
                    changes[lo, hi] = new
        return self.put(out, changes) if changes else out

    def around(self, at: int) -> Span:
        i = bisect_right(self._starts, at) - 1
        return self._spans[i] if i >= 0 and at < self._spans[i][1] else (at, at)

    def put(self, out: bytes, changes: dict[Span, bytes]) -> bytes:
        new = _rebuilt(out, 0, len(out), self._schema, changes)
        return out if new is None else new

    def trace(self, record: bytes) -> bytes:
        for _, _, start, end, number in fields(record, 0, len(record)):
            if number == self._trace_field and end - start == _TRACE_BYTES and any(record[start:end]):
                return record[start:end]
        return b""

    def revised(self, look: Look, record: bytes) -> bytes:
        scoped = length_delimited(b"\x0a", length_delimited(b"\x12", length_delimited(b"\x12", record)))
        new = revise(self._codec, scoped, look)
        return record if new is scoped else _unwrapped(new)

    def blank(self, record: bytes) -> bytes:
        return self._blank(record, 0, len(record), self._kind)


def _unwrapped(request: bytes) -> bytes:
    for _ in range(3):
        _, start, end, _, _ = field(request, 0, len(request))
        request = request[start:end]
    return request


def _record_field(schema: Schema) -> Field:
    """What the records of a request are."""
    for kind in schema.fields.values():
        if kind.kind == "record":
            return kind
        if kind.kind == "container" and kind.schema is not None:
            return _record_field(kind.schema)
    raise LookupError(schema.name)


def _gathered(buf: bytes, lo: int, hi: int, schema: Schema, spans: list[Span]) -> None:
    """Adds the places of the records below to ``spans``."""
    for _, _, start, end, number in fields(buf, lo, hi):
        kind = schema.fields.get(number)
        if start < 0 or kind is None or kind.schema is None:
            continue
        if kind.kind == "record":
            spans.append((start, end))
        elif kind.kind == "container":
            _gathered(buf, start, end, kind.schema, spans)


def _rebuilt(buf: bytes, lo: int, hi: int, schema: Schema, changes: dict[Span, bytes]) -> bytes | None:
    parts: list[bytes] = []
    kept = lo
    for begin, tag_end, start, end, number in fields(buf, lo, hi):
        kind = schema.fields.get(number)
        if start < 0 or kind is None or kind.schema is None or kind.kind not in ("record", "container"):
            continue
        new = changes.get((start, end)) if kind.kind == "record" else _rebuilt(buf, start, end, kind.schema, changes)
        if new is not None:
            parts += (buf[kept:begin], length_delimited(buf[begin:tag_end], new))
            kept = end
    return b"".join([*parts, buf[kept:hi]]) if parts else None


_List = list[msgspec.Raw] | None


def _member(name: str) -> Any:
    """A member that protobuf's own name may stand for: both are read."""
    return msgspec.field(default=None, name=name)


class _Ids(msgspec.Struct):
    trace: str | None = _member("traceId")
    trace_id: str | None = None


class _Scoped(msgspec.Struct):
    spans: _List = None
    logs: _List = _member("logRecords")
    log_records: _List = None


class _Resourced(msgspec.Struct):
    spans: list[_Scoped] | None = _member("scopeSpans")
    scope_spans: list[_Scoped] | None = None
    logs: list[_Scoped] | None = _member("scopeLogs")
    scope_logs: list[_Scoped] | None = None


class _Request(msgspec.Struct):
    spans: list[_Resourced] | None = _member("resourceSpans")
    resource_spans: list[_Resourced] | None = None
    logs: list[_Resourced] | None = _member("resourceLogs")
    resource_logs: list[_Resourced] | None = None


_REQUEST = msgspec.json.Decoder(_Request)
_IDS = msgspec.json.Decoder(_Ids)
_ENVELOPES = {
    "traces": (b'{"resourceSpans":[{"scopeSpans":[{"spans":[', b"]}]}]}"),
    "logs": (b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[', b"]}]}]}"),
    "metrics": (b'{"resourceMetrics":[{"scopeMetrics":[{"metrics":[', b"]}]}]}"),
}


class JsonRecords(Records):
    """Records of an OTLP/JSON request. One that is not laid out as a request should be is one record as a whole."""

    def __init__(self, out: bytes, signal: str, blank: Callable[[bytes], bytes]) -> None:
        self._codec = f"otlp_json:{signal}"
        self._envelope = _ENVELOPES[signal]
        self._blank = blank
        self._out = out
        try:
            self._spans = _places(out)
        except msgspec.MsgspecError:
            self._spans = [(0, len(out))]
            self._envelope = b"", b""
        self._starts = [lo for lo, _ in self._spans]

    def around(self, at: int) -> Span:
        i = bisect_right(self._starts, at) - 1
        return self._spans[i] if i >= 0 and at < self._spans[i][1] else (at, at)

    def trace(self, record: bytes) -> bytes:
        try:
            ids = _IDS.decode(record)
        except msgspec.MsgspecError:
            return b""
        trace = ids.trace or ids.trace_id or ""
        return trace.encode() if trace.strip("0") else b""

    def revised(self, look: Look, record: bytes) -> bytes:
        before, behind = self._envelope
        request = before + record + behind
        new = revise(self._codec, request, look)
        return record if new is request else new[len(before) : len(new) - len(behind)]

    def blank(self, record: bytes) -> bytes:
        return self._blank(record)


def _places(out: bytes) -> list[Span]:
    """Where the records stand. They come in the order they stand; a member that repeats shows its last value only, and then some are missing."""
    request = _REQUEST.decode(out)
    places: list[Span] = []
    at = 0
    for resources in (request.spans, request.resource_spans, request.logs, request.resource_logs):
        for resource in resources or ():
            for scopes in (resource.spans, resource.scope_spans, resource.logs, resource.scope_logs):
                for scope in scopes or ():
                    for records in (scope.spans, scope.logs, scope.log_records):
                        for record in records or ():
                            view = memoryview(record)
                            if not out.startswith(view, at + 1):
                                at = out.find(view, at) - 1
                                if at < -1:
                                    raise msgspec.ValidationError("a member repeats")
                            places.append((at + 1, at + 1 + len(view)))
                            at += 1 + len(view)
    return places
