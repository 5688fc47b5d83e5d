"""OTLP protobuf, on the wire: lengths are walked down to the record, and only records that an anchor hit are gone into.

Source: opentelemetry-proto, ``opentelemetry/proto/{trace,logs,metrics,common}/v1``; encoding: protobuf.dev/programming-guides/encoding.
A message in which nothing changes is copied as it came, unknown fields and odd varints included; on the way to a change the lengths
are written anew. The byte before a string is its length and the byte behind it the next tag, so a leaf is looked at alone: a hit that
crosses its edge is none.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable

from detectors.field_names import plausible
from detectors.llm_scope import about_llm
from detectors.scanner import HITS_PER_WINDOW, WINDOW_BYTES, TooManyHitsError
from service.errors import FramingError
from service.redaction.codecs.otlp_schema import REQUESTS, Field, Schema
from service.redaction.codecs.wire import LEN, field, fields, length_delimited, varint
from service.redaction.edits import apply
from service.redaction.jsonedit import JSON_STARTS, STRONG, leaf_edits, unique_name
from service.redaction.plan import SENSITIVE_FIELD, UNPROCESSABLE, Plan
from service.redaction.prompts import content_text, is_structure
from service.redaction.report import Redacted, Report
from service.redaction.work import Unprocessable, Work

_NEVER = 1 << 62
_UNKNOWN = Schema("unknown", {})
_Rewrite = Callable[[int, int], "bytes | None"]
_STRING, _ARRAY, _KVLIST, _BYTES = 1, 5, 6, 7
_DROPPED = b"\x00dropped"
_IN_LLM_RECORDS = frozenset(("message", "attribute", "value"))
_EVENT_RECORD = (b"gen_ai.choice", b".message", b"gen_ai.content.", b"gen_ai.client.inference.operation.details")


class OtlpProto:
    """Codec for ``Export{Trace,Logs,Metrics}ServiceRequest``."""

    def __init__(self, signal: str) -> None:
        self.name = f"otlp_proto:{signal}"
        self._schema = REQUESTS[signal]

    def rewrite(self, payload: bytes, plan: Plan) -> Redacted:
        """Raises :class:`FramingError` when lengths do not add up, down to the record where nothing was found, to the leaf elsewhere."""
        report = Report()
        return Redacted(Rewriter(payload, plan, report).run(self._schema), report)


class Rewriter:
    """One payload's rewrite. Spans are byte offsets into the payload."""

    def __init__(self, buf: bytes, plan: Plan, report: Report) -> None:
        self.buf = buf
        self.work = Work(plan, report)
        self.plan = plan
        self._record = (0, len(buf))
        self._llm: bool | None = None
        self._names: dict[bytes, int] = {}
        limit = HITS_PER_WINDOW * (1 + len(buf) // WINDOW_BYTES)
        try:
            hits = plan.protobuf.candidates(buf, limit=limit)
            self._everything = False
        except TooManyHitsError:
            hits, self._everything = [], True
        prompts = plan.protobuf_prompt_patterns
        self._hits = hits
        self._ends = [end for end, _ in hits]
        self._ends.append(_NEVER)
        self._prompt_ends = [end for end, pattern in hits if pattern in prompts]
        self._prompt_ends.append(_NEVER)
        self._index = 0
        self._known = len(plan.text.patterns)

    def run(self, schema: Schema) -> bytes:
        """The rewritten payload; the very object given when nothing changed."""
        changed = self._container(0, len(self.buf), schema)
        return self.buf if changed is None else changed

    def _hit(self, start: int, end: int) -> bool:
        """Whether an anchor's match ends in ``buf[start:end]``; may be asked for any span."""
        return self._everything or self._ends[bisect_right(self._ends, start)] <= end

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
                elif self._hit(start, end):
                    self.work.begin_record()
                    self._record, self._llm = (start, end), None
                    new = self._guarded(start, end, kind)
                else:
                    continue
            if new is not None:
                parts.append(buf[kept:begin])
                if new is not _DROPPED:
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
        self._record, self._llm = (start, end), None
        self._names.clear()
        new = self._guarded(start, end, kind)
        if work.drop_record:
            work.report.dropped += 1
            return _DROPPED
        if new is not None:
            work.report.touched += 1
        return new

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
        if kind.kind == "opaque":
            return None
        self.work.place = kind.place or self.work.place
        if kind.kind == "text":
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
                if kind is None or not self._llm or kind.kind not in _IN_LLM_RECORDS or (kind.kind == "attribute" and not self._is_word(start, end)):
                    continue
            new = self._field(start, end, kind)
            if new is None:
                continue
            parts.append(buf[kept:begin])
            if new is not _DROPPED:
                parts.append(length_delimited(buf[begin:tag_end], new))
            kept = end
        if not parts:
            return None
        parts.append(buf[kept:hi])
        return b"".join(parts)

    def _text(self, start: int, end: int, name: bytes = b"", *, with_name: bool = False) -> bytes | None:
        text = self.buf[start:end]
        try:
            hits = None if with_name or self._everything or text[:1] in JSON_STARTS else self._inside(start, end)
            edits = leaf_edits(self.work, text, name, with_name=with_name) if hits is None else self.work.hit_edits(text, hits, name)
        except Unprocessable as error:
            return self.work.unprocessable(error.reason)
        return apply(text, edits) if edits else None

    def _inside(self, start: int, end: int) -> list[tuple[int, int]] | None:
        """The hits in a text, in its own coordinates; ``None`` where one is not a detector's own, so that the text must be scanned."""
        first, known = bisect_right(self._ends, start), self._known
        found = []
        for at, pattern in self._hits[first : bisect_right(self._ends, end, first)]:
            if pattern >= known:
                return None
            found.append((at - start, pattern))
        return found

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

    def _about_llm(self) -> bool:
        """Whether the record is about a language model: the name of a prompt field hit, and the record's bytes bear it out."""
        if self._llm is None:
            start, end = self._record
            named = self._everything or self._prompt_ends[bisect_right(self._prompt_ends, start)] <= end
            self._llm = named and about_llm(self.buf, start, end)
        return self._llm

    def _is_word(self, lo: int, hi: int) -> bool:
        """Whether an attribute that no anchor hit has a name that counts in records about language models (``exception.message``)."""
        return any(
            number == 1 and start >= 0 and self.plan.prompt_scope(self.buf[start:end]) == "llm"
            for _, _, start, end, number in fields(self.buf, lo, hi)
        )

    def _attribute(self, lo: int, hi: int) -> bytes | None:
        """A ``KeyValue``: the name may make the value sensitive or a prompt; the name itself is looked at too.

        Fields may repeat and come in any order. A decoder takes the last one, another the first: each name counts for each value.
        """
        buf = self.buf
        if hi - lo > 4 and buf[lo] == 10 and buf[lo + 1] < 128:  # as SDKs write it: key, value, nothing else
            key_end = lo + 2 + buf[lo + 1]
            if key_end < hi and buf[key_end] == 18:
                _, start, end, _, _ = field(buf, key_end, hi)
                if end == hi:
                    return self._plain_attribute(lo, key_end, start, hi)
        names = [(start, end) for _, _, start, end, number in fields(buf, lo, hi) if number == 1 and start >= 0]
        name, named = b"", False
        for start, end in names:
            text = self.buf[start:end]
            named = named or self._hit(start, end)
            if not name or (self.plan.entity_of(text) or self.plan.prompt_scope(text)):
                name = text
        parts: list[bytes] = []
        kept = lo
        for begin, tag_end, start, end, number in fields(self.buf, lo, hi):
            new: bytes | None = None
            if start < 0:
                continue
            if number == 1:
                new = self._name(start, end) if self._hit(start, end) else None
            elif number == 2:
                new = self._named_value(start, end, name, named)
            elif self._hit(start, end):
                new = self._unknown(start, end)
            if new is None:
                continue
            parts += [self.buf[kept:begin], length_delimited(self.buf[begin:tag_end], new)]
            kept = end
        if self.work.drop_field:
            self.work.drop_field = False
            return _DROPPED
        return b"".join([*parts, self.buf[kept:hi]]) if parts else None

    def _plain_attribute(self, lo: int, key_end: int, start: int, hi: int) -> bytes | None:
        buf = self.buf
        name = buf[lo + 2 : key_end]
        named = self._hit(lo + 2, key_end)
        new_name = self._name(lo + 2, key_end) if named else None
        new = self._named_value(start, hi, name, named)
        if self.work.drop_field:
            self.work.drop_field = False
            return _DROPPED
        if new is None:
            return None if new_name is None else length_delimited(b"\x0a", new_name) + buf[key_end:hi]
        key = buf[lo:key_end] if new_name is None else length_delimited(b"\x0a", new_name)
        return key + length_delimited(b"\x12", new)

    def _name(self, start: int, end: int) -> bytes | None:
        place, self.work.place = self.work.place, "key"
        try:
            edits = self.work.text_edits(self.buf[start:end])
        except Unprocessable as error:
            return self.work.unprocessable(error.reason)
        finally:
            self.work.place = place
        if not edits or not edits[0].text:
            return None
        return unique_name(edits[0].text, self.buf, *self._record, self._names)

    def _named_value(self, lo: int, hi: int, name: bytes, named: bool) -> bytes | None:
        scope = self.plan.prompt_scope(name)
        if (scope == "always" or (scope == "llm" and self._about_llm())) and self.work.redacts_prompts(name):
            new = self._content(lo, hi, name)
            if new is not None or self.work.drop_field:
                return new
        entity = self.plan.entity_of(name)
        return self._value(lo, hi, name, entity, named)

    def _body(self, lo: int, hi: int) -> bytes | None:
        record = self.buf[self._record[0] : self._record[1]]
        if b"gen_ai." in record and any(event in record for event in _EVENT_RECORD) and self.work.redacts_prompts(b""):
            new = self._content(lo, hi, b"")
            if new is not None:
                return new
        return self._value(lo, hi, b"", None, False)

    def _value(self, lo: int, hi: int, name: bytes, entity: str | None, named: bool) -> bytes | None:
        """An ``AnyValue`` under ``name``; with ``entity`` the name alone makes it sensitive."""
        if hi - lo > 1 and self.buf[lo] == 10:  # a string and nothing else
            _, start, end, number, _ = field(self.buf, lo, hi)
            if end == hi:
                new = self._value_field(start, end, number, name, entity, named)
                return None if new is None else length_delimited(b"\x0a", new)
        parts: list[bytes] = []
        kept = lo
        for begin, tag_end, start, end, number in fields(self.buf, lo, hi):
            if start < 0:
                if number in (3, 4) and (entity is not None or named) and self._is_number_found(tag_end, end, number, name, entity):
                    return b""  # a number becomes an empty AnyValue
                continue
            new = self._value_field(start, end, number, name, entity, named)
            if new is None:
                continue
            parts += [self.buf[kept:begin], length_delimited(self.buf[begin:tag_end], new)]
            kept = end
        return b"".join([*parts, self.buf[kept:hi]]) if parts else None

    def _value_field(self, start: int, end: int, number: int, name: bytes, entity: str | None, named: bool) -> bytes | None:
        if number in (_STRING, _BYTES):
            if entity is not None and plausible(self.buf[start:end], entity):
                new = self._replaced(self.buf[start:end], name, entity)
                if new is not None:
                    return new
            return self._text(start, end, name, with_name=named) if named or self._hit(start, end) else None
        if number == _ARRAY:
            return self._elements(start, end, lambda lo, hi: self._value(lo, hi, name, entity, named))
        if number == _KVLIST and entity in STRONG:
            return self._elements(start, end, lambda lo, hi: self._below(lo, hi, name, entity))
        if number == _KVLIST:
            return self._elements(start, end, self._attribute) if self._hit(start, end) else None
        return self._unknown(start, end) if self._hit(start, end) else None

    def _below(self, lo: int, hi: int, name: bytes, entity: str | None) -> bytes | None:
        """A member of a list under a sensitive name: its value is as sensitive, its own name is looked at."""
        parts: list[bytes] = []
        kept = lo
        for begin, tag_end, start, end, number in fields(self.buf, lo, hi):
            new: bytes | None = None
            if start >= 0 and number == 1 and self._hit(start, end):
                new = self._name(start, end)
            elif start >= 0 and number == 2:
                new = self._value(start, end, name, entity, True)
            elif start >= 0 and self._hit(start, end):
                new = self._unknown(start, end)
            if new is None:
                continue
            parts += [self.buf[kept:begin], length_delimited(self.buf[begin:tag_end], new)]
            kept = end
        if self.work.drop_field:
            self.work.drop_field = False
            return _DROPPED
        return b"".join([*parts, self.buf[kept:hi]]) if parts else None

    def _is_number_found(self, at: int, end: int, number: int, name: bytes, entity: str | None) -> bool:
        """Whether a number is a finding because of its field's name: ``phone`` = 4155552671."""
        if number == 4:
            text = b"%r" % struct.unpack("<d", self.buf[at:end])
        else:
            text = b"%d" % varint(self.buf, at, end)[0]
        if entity is not None:
            return self._replaced(text, name, entity) is not None
        try:
            return bool(self.work.value_edits(name, text))
        except Unprocessable as error:
            self.work.unprocessable(error.reason)
            return True

    def _elements(self, lo: int, hi: int, rewrite: _Rewrite) -> bytes | None:
        """The elements of an ``ArrayValue`` or a ``KeyValueList``. A dropped array element becomes an empty ``AnyValue``."""
        parts: list[bytes] = []
        kept = lo
        for begin, tag_end, start, end, number in fields(self.buf, lo, hi):
            if start < 0 or number != 1:
                continue
            new = rewrite(start, end)
            if self.work.drop_field:
                self.work.drop_field, new = False, b""
            if new is None:
                continue
            parts.append(self.buf[kept:begin])
            if new is not _DROPPED:
                parts.append(length_delimited(self.buf[begin:tag_end], new))
            kept = end
        return b"".join([*parts, self.buf[kept:hi]]) if parts else None

    def _replaced(self, value: bytes, name: bytes, entity: str) -> bytes | None:
        return self.work.whole(value, SENSITIVE_FIELD, entity, name)

    def _content(self, lo: int, hi: int, name: bytes) -> bytes | None:
        """An ``AnyValue`` that is prompt content: every string in it goes, its shape stays."""
        parts: list[bytes] = []
        kept = lo
        for begin, tag_end, start, end, number in fields(self.buf, lo, hi):
            new: bytes | None = None
            if start < 0:
                continue
            if number in (_STRING, _BYTES):
                text = self.buf[start:end]
                if is_structure(name, text):
                    new = self._text(start, end, name) if self._hit(start, end) else None
                else:
                    new = content_text(self.work, text, name)
            elif number == _ARRAY:
                new = self._elements(start, end, lambda a, b: self._content(a, b, name))
            elif number == _KVLIST:
                new = self._elements(start, end, self._content_member)
            if new is None:
                continue
            parts += [self.buf[kept:begin], length_delimited(self.buf[begin:tag_end], new)]
            kept = end
        return b"".join([*parts, self.buf[kept:hi]]) if parts else None

    def _content_member(self, lo: int, hi: int) -> bytes | None:
        """A member of prompt content: its name stays, unless the name itself is a finding."""
        parts: list[bytes] = []
        kept = lo
        name = next((self.buf[start:end] for _, _, start, end, number in fields(self.buf, lo, hi) if number == 1 and start >= 0), b"")
        for begin, tag_end, start, end, number in fields(self.buf, lo, hi):
            new: bytes | None = None
            if start >= 0 and number == 1 and self._hit(start, end):
                new = self._name(start, end)
            elif start >= 0 and number == 2 and not self.plan.prompt_keys.keeps(name):
                new = self._content(start, end, name)
            if new is None:
                continue
            parts += [self.buf[kept:begin], length_delimited(self.buf[begin:tag_end], new)]
            kept = end
        if self.work.drop_field:
            self.work.drop_field = False
            return _DROPPED
        return b"".join([*parts, self.buf[kept:hi]]) if parts else None


def blank(buf: bytes, lo: int, hi: int, kind: Field | None) -> bytes:
    """A record without its content: numbers, times and ids stay, each text becomes a marker, all else goes."""
    if kind is None or kind.schema is None:
        return UNPROCESSABLE
    parts: list[bytes] = []
    for begin, tag_end, start, end, number in fields(buf, lo, hi):
        known = kind.schema.fields.get(number)
        if start < 0 or (known is not None and known.kind == "opaque"):
            parts.append(buf[begin:end])
        elif known is not None and known.kind == "text":
            parts.append(length_delimited(buf[begin:tag_end], UNPROCESSABLE))
        elif known is not None and known.kind == "value":
            parts.append(length_delimited(buf[begin:tag_end], length_delimited(b"\x0a", UNPROCESSABLE)))
    return b"".join(parts)
