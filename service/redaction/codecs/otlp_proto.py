"""OTLP protobuf, on the wire: lengths are walked down to the record, and only records that an anchor hit are gone into.

Source: opentelemetry-proto, ``opentelemetry/proto/{trace,logs,metrics,common}/v1``; encoding: protobuf.dev/programming-guides/encoding.
A message in which nothing changes is copied as it came, unknown fields and odd varints included; on the way to a change the lengths
are written anew. The byte before a string is its length and the byte behind it the next tag, so a leaf is looked at alone: a hit that
crosses its edge is none.
"""

from __future__ import annotations

from bisect import bisect_right

from service.errors import FramingError
from service.redaction import unknown
from service.redaction.codecs.otlp_leaves import DROPPED
from service.redaction.codecs.otlp_schema import REQUESTS, Field, Schema
from service.redaction.codecs.otlp_values import Values
from service.redaction.codecs.wire import LEN, field, fields, length_delimited, varint
from service.redaction.copies_otlp import ProtoCopies
from service.redaction.edits import apply
from service.redaction.plan import UNPROCESSABLE, Plan
from service.redaction.report import Redacted, Report
from service.redaction.work import Unprocessable

_UNKNOWN = Schema("unknown", {})
_ID_BYTES = (8, 16)
"""A trace id has 16 bytes, a span id 8; anything longer or shorter is no id, whatever field it stands in."""

_IN_LLM_RECORDS = frozenset(("message", "attribute", "value"))


class OtlpProto:
    """Codec for ``Export{Trace,Logs,Metrics}ServiceRequest``."""

    def __init__(self, signal: str) -> None:
        self.name = f"otlp_proto:{signal}"
        self._signal = signal

    def rewrite(self, payload: bytes, plan: Plan) -> Redacted:
        """Raises :class:`FramingError` when lengths do not add up, down to the record where nothing was found, to the leaf elsewhere."""
        report = Report()
        return Redacted(Rewriter(payload, plan, report).run(self._signal), report)


class Rewriter(Values):
    """One payload's rewrite."""

    _signal = ""
    _copies: ProtoCopies | None = None

    def run(self, signal: str) -> bytes:
        """The rewritten payload; the very object given when nothing changed."""
        self._signal = signal
        changed = self._container(0, len(self.buf), REQUESTS[signal])
        out = self.buf if changed is None else changed
        return out if self._copies is None else self._copies.others(out)

    def _container(self, lo: int, hi: int, schema: Schema) -> bytes | None:
        """Walks lengths down to the records. Written out flat: this loop runs once for every record there is."""
        buf, kinds, ends = self.buf, schema.fields, self._ends
        index, following = self._index, self._ends[self._index]
        record_tag = next((number << 3 | LEN for number, kind in kinds.items() if kind.kind == "record"), -1)
        record = kinds.get(record_tag >> 3)
        everything = self._everything
        parts: list[bytes] = []
        records = 0
        kept = at = lo
        while at < hi:
            begin = at
            if buf[at] == record_tag and at + 2 < hi and record is not None:
                size = buf[at + 1]
                tag_end, start = at + 1, at + 2
                if size & 0x80:
                    more = buf[start]
                    start += 1
                    size = size & 0x7F | more << 7
                    if more & 0x80:
                        size, start = varint(buf, tag_end, hi)
                at = start + size
                if at > hi:
                    raise FramingError(f"length out of bounds at byte {begin}")
                records += 1
                if following > at and not everything:
                    continue
                while following <= start:
                    index += 1
                    following = ends[index]
                if following > at and not everything:
                    continue
                new = self._record_bytes(start, at, record)
            else:
                tag_end, start, end, number, at = field(buf, begin, hi)
                kind = kinds.get(number)
                if start < 0:
                    continue
                if kind is not None and kind.kind == "container" and kind.schema is not None:
                    self._index = index
                    new = self._container(start, end, kind.schema)
                    index, following = self._index, ends[self._index]
                elif kind is not None and kind.kind == "record":  # its tag or length is written in a longer way than it need be
                    records += 1
                    new = self._record_bytes(start, end, kind) if self._hit(start, end) else None
                elif self._hit(start, end):
                    self.work.begin_record()
                    self._record, self._llm = (start, end), None
                    new = self._guarded(start, end, kind)
                else:
                    continue
            if new is not None:
                parts.append(buf[kept:begin])
                if new is not DROPPED:
                    parts.append(length_delimited(buf[begin:tag_end], new))
                kept = at
        self._index = index
        self.work.report.records += records
        if not parts:
            return None
        parts.append(buf[kept:hi])
        return b"".join(parts)

    def _record_bytes(self, start: int, end: int, kind: Field) -> bytes | None:
        work = self.work
        work.begin_record()
        work.prompts.clear()  # of a resource or a scope, which are no records
        self._record, self._llm = (start, end), None
        self._names.clear()
        new = self._guarded(start, end, kind)
        if work.drop_record:
            work.report.dropped += 1
            work.prompts.clear()
            return DROPPED
        if new is not None:
            work.report.touched += 1
        return self._without_copies(self.buf[start:end] if new is None else new) if work.prompts else new

    def _without_copies(self, record: bytes) -> bytes:
        if self._copies is None:
            self._copies = ProtoCopies(self.work, self._signal, blank)
        return self._copies.own(record)

    def _guarded(self, start: int, end: int, kind: Field | None) -> bytes | None:
        """A record whose rewrite fails has its texts replaced, one by one, and is counted: it can neither loop nor leak."""
        try:
            return self._field(start, end, kind)
        except FramingError:
            raise
        except Exception:  # fail closed: whatever it was, the record's content goes
            self.work.unprocessable("error")
            return blank(self.buf, start, end, kind)

    def _field(self, start: int, end: int, kind: Field | None) -> bytes | None:
        if kind is None:
            return self._unknown(start, end)
        if kind.kind == "opaque" or (kind.kind == "id" and end - start in _ID_BYTES):
            return None
        self.work.place = kind.place or self.work.place
        if kind.kind in ("text", "id"):
            return self._text(start, end)
        if kind.kind == "attribute":
            return self._attribute(start, end)
        if kind.kind == "value":
            return self._body(start, end)
        if kind.schema is None:
            return None
        return self._message(start, end, kind.schema)

    def _message(self, lo: int, hi: int, schema: Schema) -> bytes | None:
        """A message that something hit. Behind the last hit no field is looked at, unless the record is about a language model."""
        buf, kinds = self.buf, schema.fields
        last = self._ends[bisect_right(self._ends, hi) - 1] if not self._everything else hi
        if self._about_llm():
            last = hi
        parts: list[bytes] = []
        kept = at = lo
        while at < hi and at < last:
            begin = at
            tag_end, start, end, number, at = field(buf, begin, hi)
            if start < 0:
                continue
            kind = kinds.get(number)
            if not self._hit(start, end):
                if (
                    kind is None
                    or not self._llm
                    or kind.kind not in _IN_LLM_RECORDS
                    or (kind.kind == "attribute" and not self._worth_a_look(start, end))
                ):
                    continue
            new = self._field(start, end, kind)
            if new is None:
                continue
            parts.append(buf[kept:begin])
            if new is not DROPPED:
                parts.append(length_delimited(buf[begin:tag_end], new))
            if self.beside:
                parts.extend(length_delimited(buf[begin:tag_end], one) for one in self.beside)
                self.beside = ()
            kept = end
        if not parts:
            return None
        parts.append(buf[kept:hi])
        return b"".join(parts)

    def _worth_a_look(self, start: int, end: int) -> bool:
        """Whether an attribute that nothing hit may be content, as the record is about a language model."""
        return self._is_word(start, end) or unknown.may_be(self.plan, self.buf, start, end)

    def _unknown(self, start: int, end: int) -> bytes | None:
        """A field this schema doesn't know: a message if it parses as one, and a text in any case."""
        rewritten: bytes | None = None
        try:
            rewritten = self._message(start, end, _UNKNOWN)
        except FramingError:
            return self._text(start, end)
        text = self.buf[start:end] if rewritten is None else rewritten
        try:
            edits = self.work.text_edits(text)
        except Unprocessable as error:
            return self.work.unprocessable(error.reason)
        return apply(text, edits) if edits else rewritten


def blank(buf: bytes, lo: int, hi: int, kind: Field | None) -> bytes:
    """A record without its content: numbers, times and ids stay, each text becomes a marker, all else goes."""
    if kind is None or kind.schema is None:
        return UNPROCESSABLE
    parts: list[bytes] = []
    for begin, tag_end, start, end, number in fields(buf, lo, hi):
        known = kind.schema.fields.get(number)
        if start < 0 or (known is not None and (known.kind == "opaque" or (known.kind == "id" and end - start in _ID_BYTES))):
            parts.append(buf[begin:end])
        elif known is not None and known.kind == "text":
            parts.append(length_delimited(buf[begin:tag_end], UNPROCESSABLE))
        elif known is not None and known.kind == "value":
            parts.append(length_delimited(buf[begin:tag_end], length_delimited(b"\x0a", UNPROCESSABLE)))
    return b"".join(parts)
