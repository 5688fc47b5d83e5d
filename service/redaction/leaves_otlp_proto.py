"""The leaves of an OTLP protobuf request. A message in which nothing changes is copied as it came; lengths on the way to a change are new.

A method returns ``None`` where nothing changes, and :data:`DROPPED` where what it was asked about goes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from service.errors import FramingError
from service.redaction.codecs.otlp_leaves import DROPPED
from service.redaction.codecs.otlp_schema import REQUESTS, Field, Schema
from service.redaction.codecs.wire import fields, length_delimited, varint
from service.redaction.edits import apply
from service.redaction.leaves_json import text_edits
from service.redaction.leaves_model import MAX_DEPTH, Verdict, Visit, joined
from service.redaction.plan import UNPROCESSABLE

PREFIXES = {"Resource": b"resource", "InstrumentationScope": b"scope", "Span.Event": b"event", "Span.Link": b"link", "Exemplar": b"exemplar"}
_NAMES = {
    ("Span", 3): b"trace_state",
    ("Span", 5): b"name",
    ("Span.Event", 2): b"event.name",
    ("Span.Link", 3): b"link.trace_state",
    ("Status", 2): b"status.message",
    ("LogRecord", 3): b"severity_text",
    ("LogRecord", 12): b"event_name",
    ("Metric", 1): b"name",
    ("Metric", 2): b"description",
    ("Metric", 3): b"unit",
    ("InstrumentationScope", 1): b"scope.name",
    ("InstrumentationScope", 2): b"scope.version",
    ("EntityRef", 1): b"resource.entity.schema_url",
    ("EntityRef", 2): b"resource.entity.type",
    ("EntityRef", 3): b"resource.entity.id_keys",
    ("EntityRef", 4): b"resource.entity.description_keys",
}
"""What the text fields are called; any other is a schema's address."""
_TRACE_ID = {"Span": 1, "LogRecord": 9}
_STRING, _BOOL, _INT, _DOUBLE, _ARRAY, _KVLIST, _BYTES = range(1, 8)
Change = Callable[[int, int, int], "bytes | None"]


class ProtoWalk:
    """One payload's walk."""

    def __init__(self, visit: Visit, buf: bytes) -> None:
        self.visit = visit
        self.buf = buf
        self._records = 0

    def run(self, signal: str) -> bytes:
        """The revised payload; the very object given where nothing changes. Raises :class:`FramingError`."""
        new = self._message(0, len(self.buf), REQUESTS[signal], 0)
        return self.buf if new is None else new

    def _rebuilt(self, lo: int, hi: int, change: Change) -> bytes | None:
        parts: list[bytes] = []
        kept = lo
        for begin, tag_end, start, end, number in fields(self.buf, lo, hi):
            new = change(start, end, number) if start >= 0 else None
            if new is None:
                continue
            parts.append(self.buf[kept:begin])
            if new is not DROPPED:
                parts.append(length_delimited(self.buf[begin:tag_end], new))
            kept = end
        return b"".join([*parts, self.buf[kept:hi]]) if parts else None

    def _message(self, lo: int, hi: int, schema: Schema, depth: int) -> bytes | None:
        if schema.name.startswith("Resource") and schema.name != "Resource":
            self.visit.resource += 1
        return self._rebuilt(lo, hi, lambda start, end, number: self._field(start, end, number, schema, depth))

    def _field(self, start: int, end: int, number: int, schema: Schema, depth: int) -> bytes | None:
        kind = schema.fields.get(number)
        if kind is None:
            return self._unknown(start, end, depth)
        if kind.kind in ("id", "opaque"):
            return None
        if kind.kind == "record" and kind.schema is not None:
            return self._record(start, end, kind.schema)
        if kind.kind != "container":
            self.visit.place = kind.place or self.visit.place
        if kind.schema is not None:
            return self._message(start, end, kind.schema, depth + 1)
        return self._leaf_field(start, end, number, schema, kind)

    def _leaf_field(self, start: int, end: int, number: int, schema: Schema, kind: Field) -> bytes | None:
        if kind.kind == "attribute":
            return self._attribute(start, end, PREFIXES.get(schema.name, b""), 0)
        if kind.kind == "value":
            new = self._value(start, end, b"body", 0)
        else:
            new = self._string(
                start, end, _NAMES.get((schema.name, number)) or (b"scope" if self.visit.place == "scope" else b"resource") + b".schema_url"
            )
        return b"" if new is DROPPED else new

    def _record(self, start: int, end: int, schema: Schema) -> bytes | None:
        visit, wanted = self.visit, _TRACE_ID.get(schema.name)
        visit.record, visit.record_gone, visit.trace = self._records, False, b""
        self._records += 1
        if not visit.wants(self.buf[start:end]):
            visit.record = -1
            return None
        for _, _, a, b, number in fields(self.buf, start, end):
            if number == wanted and a >= 0:
                visit.trace = self.buf[a:b].hex().encode()
        new = self._message(start, end, schema, 0)
        gone = visit.record_gone
        visit.record, visit.record_gone, visit.trace = -1, False, b""
        return DROPPED if gone else new

    def _unknown(self, start: int, end: int, depth: int) -> bytes | None:
        """A field the schema doesn't know: a message if it parses as one, else a text."""
        if start == end:
            return None
        try:
            if depth < MAX_DEPTH and list(fields(self.buf, start, end)):
                return self._rebuilt(start, end, lambda a, b, _: self._unknown(a, b, depth + 1))
        except FramingError:
            pass
        return self._string(start, end, b"unknown")

    def _attribute(self, lo: int, hi: int, prefix: bytes, depth: int) -> bytes | None:
        """A ``KeyValue``."""
        name = b""
        for _, _, start, end, number in fields(self.buf, lo, hi):
            if number == 1 and start >= 0:
                name = self.buf[start:end]
        name = joined(prefix, name)
        gone = False

        def part(start: int, end: int, number: int) -> bytes | None:
            nonlocal gone
            new = self._value(start, end, name, depth) if number == 2 else None
            gone = gone or new is DROPPED
            return new

        new = self._rebuilt(lo, hi, part)
        return DROPPED if gone else new

    def _value(self, lo: int, hi: int, name: bytes, depth: int) -> bytes | None:
        """An ``AnyValue``."""
        if depth >= MAX_DEPTH:
            verdict = self.visit.leaf(self.buf[lo:hi], name, "opaque")
            return _whole(verdict, length_delimited(b"\x0a", UNPROCESSABLE))
        gone = False

        def part(start: int, end: int, number: int) -> bytes | None:
            nonlocal gone
            new = self._value_field(start, end, number, name, depth)
            gone = gone or new is DROPPED
            return new

        for _, tag_end, start, end, number in fields(self.buf, lo, hi):
            if start < 0 and (scalar := self._scalar(tag_end, end, number, name)) is not None:
                return scalar
        new = self._rebuilt(lo, hi, part)
        return DROPPED if gone else new

    def _value_field(self, start: int, end: int, number: int, name: bytes, depth: int) -> bytes | None:
        if number == _STRING:
            return self._string(start, end, name)
        if number == _BYTES:
            return self._edited(self.buf[start:end], self.visit.leaf(self.buf[start:end], name, "bytes"))
        if number == _ARRAY:
            return self._rebuilt(start, end, lambda a, b, n: self._element(a, b, name, depth + 1) if n == 1 else None)
        if number == _KVLIST:
            return self._rebuilt(start, end, lambda a, b, n: self._attribute(a, b, name, depth + 1) if n == 1 else None)
        return self._unknown(start, end, depth + 1)

    def _element(self, start: int, end: int, name: bytes, depth: int) -> bytes | None:
        new = self._value(start, end, name, depth)
        return b"" if new is DROPPED else new

    def _scalar(self, at: int, end: int, number: int, name: bytes) -> bytes | None:
        """A number or a boolean; edited it becomes an empty ``AnyValue``."""
        if number == _DOUBLE and end - at == 8:
            kind, text = "number", b"%r" % struct.unpack("<d", self.buf[at:end])
        elif number in (_INT, _BOOL):
            value = varint(self.buf, at, end)[0]
            signed = value - (1 << 64) if value >> 63 else value
            kind, text = ("number", b"%d" % signed) if number == _INT else ("bool", b"true" if value else b"false")
        else:
            return None
        return _whole(self.visit.leaf(text, name, kind), b"")

    def _string(self, start: int, end: int, name: bytes) -> bytes | None:
        text = self.buf[start:end]
        return self._edited(text, text_edits(self.visit, text, name))

    def _edited(self, text: bytes, verdict: Verdict) -> bytes | None:
        if not isinstance(verdict, list):
            return DROPPED
        return apply(text, verdict) if verdict else None


def _whole(verdict: Verdict, instead: bytes) -> bytes | None:
    if not isinstance(verdict, list):
        return DROPPED
    return instead if verdict else None
