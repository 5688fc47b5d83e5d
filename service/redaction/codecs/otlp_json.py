"""OTLP/JSON: names stand in values, ``{"key":"gen_ai.prompt","value":{"stringValue":"…"}}``, and ``bytesValue`` is base64.

Source: opentelemetry-proto, docs/specification.md, "JSON Protobuf Encoding". Trace and span ids are hex, 64-bit integers are strings.

Payloads as exporters write them are looked at hit by hit. One that is written otherwise (members in another order, escaped member names,
names of protobuf's own) is walked as a whole: see ``otlp_attributes``.
"""

from __future__ import annotations

import re

from detectors.model import Span
from detectors.scanner import HITS_PER_WINDOW, WINDOW_BYTES, TooManyHitsError
from service.errors import FramingError
from service.redaction import jsondoc
from service.redaction.codecs.ndjson import blank
from service.redaction.codecs.otlp_attributes import BORDER, COUNTS, IDS, PLACES, AttributeEdits
from service.redaction.codecs.otlp_json_prompts import Irregular
from service.redaction.copies import without_copies
from service.redaction.copies_otlp import JsonRecords
from service.redaction.edits import Edit
from service.redaction.jsonleaf import Hits
from service.redaction.jsonparts import finish, inside
from service.redaction.plan import Plan
from service.redaction.report import Redacted, Report
from service.redaction.work import Unprocessable, Work

_REQUEST = re.compile(rb"\s*+\{")
_VALUE_FOLLOWS = re.compile(rb'\s*+,\s*+"value"\s*+:\s*+(?=\{\s*+"(?:string|int|double|bool|array|kvlist|bytes)Value")')
_KEY_BEFORE = re.compile(
    rb'\{\s{0,8}"key"\s{0,8}:\s{0,8}(?P<key>"[^"\\]{0,200}(?:\\.[^"\\]{0,200}){0,16}")\s{0,8},\s{0,8}"value"\s{0,8}:\s{0,8}\{\s{0,8}\Z',
    re.DOTALL,
)
_CLOSES = re.compile(rb"\s*+\}")
_SCOPE_BEFORE = re.compile(rb'"scope"\s{0,8}:\s{0,8}\{\s{0,8}\Z')
_BODY_BEFORE = re.compile(rb'"body"\s{0,8}:\s{0,8}\{\s{0,8}\Z')
_LIST = re.compile(rb'"(?:kvlist|array)(?:Value|_value)"\s*+:\s*+(?=\{)')
_ELEMENT_BEFORE = re.compile(rb"[\[,]\s{0,8}\{\s{0,8}\Z")
_RECORDS = {"traces": b'"spanId"', "logs": b'imeUnixNano"', "metrics": b'"name"'}
_KNOWN = frozenset(
    b"key value stringValue values arrayValue kvlistValue bytesValue intValue doubleValue boolValue attributes resource scope scopeSpans"
    b" scopeLogs scopeMetrics resourceSpans resourceLogs resourceMetrics spans events links status code kind flags logRecords body metrics"
    b" gauge sum histogram exponentialHistogram summary dataPoints exemplars filteredAttributes metadata entityRefs".split()
)


class OtlpJson:
    """Codec for ``Export{Trace,Logs,Metrics}ServiceRequest`` in JSON."""

    def __init__(self, signal: str) -> None:
        self.name = f"otlp_json:{signal}"
        self._signal = signal
        self._record = _RECORDS[signal]

    def rewrite(self, payload: bytes, plan: Plan) -> Redacted:
        """Raises :class:`FramingError` when the payload is no JSON object."""
        if _REQUEST.match(payload) is None or not jsondoc.well_formed(payload):
            raise FramingError("the body is not a JSON object")
        report = Report()
        report.records = payload.count(self._record)
        work = Work(plan, report, "attribute")
        try:
            hits = _hits(payload, plan)
            if hits is not None and not hits:
                return Redacted(payload, report)
            edits = _edits(work, payload, hits, self._record == _RECORDS["metrics"])
            rewritten = without_copies(work, payload, edits, lambda out: JsonRecords(out, self._signal, blank))
            if edits and not jsondoc.well_formed(rewritten):
                raise Unprocessable("edit")
        except Exception as error:  # fail closed: nothing of a payload that defeats us goes on
            reason = error.reason if isinstance(error, Unprocessable) else "error"
            work.unprocessable(reason)
            return Redacted(blank(payload).replace(b'"message"', b'"scrubjay"'), report)
        report.touched = min(len(edits), report.records)
        return Redacted(rewritten, report)


def _hits(payload: bytes, plan: Plan) -> Hits | None:
    """The anchor hits; ``None`` where there are too many to list."""
    try:
        return plan.otlp_json.candidates(payload, limit=HITS_PER_WINDOW * (1 + len(payload) // WINDOW_BYTES))
    except TooManyHitsError:
        return None


def _edits(work: Work, payload: bytes, hits: Hits | None, metrics: bool) -> list[Edit]:
    """``hits``: ``None`` where there are too many to list, so that every string is looked at by itself."""
    work.begin_record(len(payload))
    try:
        if hits is None or work.plan.unknown == "strict":  # then attributes count that nothing hit
            raise Irregular
        local = OtlpEdits(work, payload, 0, len(payload))
        local.metrics = metrics
        edits = local.run(hits)
    except Irregular:
        work.report.findings.clear()
        work.report.unprocessable.clear()
        work.prompts.clear()
        work.begin_record(len(payload))
        whole = AttributeEdits(work, payload, 0, len(payload))
        edits = whole.walk(jsondoc.tree(payload, 0, len(payload), work.plan.max_depth))
    return finish(payload, 0, len(payload), edits)


class OtlpEdits(AttributeEdits):
    """Looks at each hit where it lies, and reads attributes as name and value. ``metrics``: the payload holds metrics."""

    metrics = False
    _listed = 0
    """Up to where lists have been looked for around hits."""

    def element(self, span: Span) -> None:
        """A string value that was hit: an attribute's key, an attribute's value, or a field of a record."""
        name_span = jsondoc.name_before(self.buf, span[0], self.lo)
        field = inside(self.buf, name_span) if name_span else b""
        if self._in_document(span[0]):
            return
        self.work.at = span[0]
        place, self.work.place = self.work.place, PLACES.get(field, "attribute")
        if (
            field == b"name"
            and self.metrics
            and name_span is not None
            and not _SCOPE_BEFORE.search(self.buf, max(0, name_span[0] - 32), name_span[0])
        ):
            self.work.place = "metric_name"
        try:
            if field == b"key":
                self._attribute(span)
            elif (field in IDS and span[1] - span[0] in (18, 34)) or field in COUNTS or field == b"bucketCounts":
                return
            elif field == b"eventName" and self.buf.startswith(b"gen_ai.", span[0] + 1):
                raise Irregular  # the record's body is a prompt, wherever it stands
            elif field == b"stringValue" and name_span is not None:
                self._string_value(name_span, span)
            elif field in PLACES or field in IDS:
                self.leaf(name_span, field if field not in PLACES else b"", span, with_name=False)
            else:
                raise Irregular
            if self.work.drop_record:
                raise Irregular  # which record it is shows only from above
        finally:
            self.work.place = place

    def member(self, name_span: Span, start: int) -> int:
        """A JSON member's own name was hit: OTLP's field names hold nothing; any other is not as exporters write it."""
        field = inside(self.buf, name_span)
        if field == b"bytesValue" and self._in_document(start):
            return self._done
        if field == b"bytesValue" and self.buf[start] == 34:
            end = jsondoc.value_end(self.buf, start, self.hi)
            self.bytes_value((start, end), b"", None)
            return end
        if len(field) == name_span[1] - name_span[0] - 2 and (field in _KNOWN or field in PLACES or field in IDS):
            return start
        raise Irregular

    def number(self, span: Span | None, name: bytes = b"", name_span: Span | None = None) -> None:
        if span is None or not self._in_document(span[0]):
            super().number(span, name, name_span)

    def _in_document(self, at: int) -> bool:
        """Whether a list of members or values lies around ``at`` in a record about a language model; the outermost one has been walked then."""
        buf = self.buf
        lo = max(self._listed, buf.rfind(BORDER, self._listed, at))
        members = elements = -1  # where the next lists begin: looked for again only once they are behind, as no byte is to be searched twice
        while lo < at:
            members = members if members >= lo else _next(buf, b'"kvlist', lo, at)
            elements = elements if elements >= lo else _next(buf, b'"array', lo, at)
            start = min(members, elements)
            opens = _LIST.match(buf, start, self.hi)
            end = jsondoc.value_end(buf, opens.end(), self.hi) if opens else 0
            self._listed = lo = max(end, min(start + 1, at))
            if end > at and self.about_llm(at):
                self._walked(start, end)
                return True
        return False

    def _walked(self, start: int, end: int) -> None:
        """Walks the attribute or the body whose value's only member is a list, ``start``–``end``."""
        buf, lo = self.buf, max(0, start - 1024)
        opening = buf.rfind(b"{", lo, start)
        before = _KEY_BEFORE.search(buf, buf.rfind(b"{", lo, opening), start)
        place, self.work.place = self.work.place, "attribute"
        self.work.at = start
        value = jsondoc.tree(buf, opening, _close(buf, end), self.work.plan.max_depth)
        try:
            if before is not None:
                self.attribute([before.span("key")], value, self._object_of(before.span("key")), named=False)
            elif _BODY_BEFORE.search(buf, lo, start):
                self._body(value)
            else:
                raise Irregular
            if self.work.drop_record:
                raise Irregular
        finally:
            self.work.place = place
        self._done = max(self._done, end)

    def _attribute(self, key: Span) -> None:
        follows = _VALUE_FOLLOWS.match(self.buf, key[1], self.hi)
        if follows is None:
            raise Irregular
        start = follows.end()
        end = jsondoc.value_end(self.buf, start, self.hi)
        if _CLOSES.match(self.buf, end, self.hi) is None:
            raise Irregular
        self.attribute([key], jsondoc.tree(self.buf, start, end, self.work.plan.max_depth), self._object_of(key))
        self._done = max(self._done, end)

    def _object_of(self, key: Span) -> Span:
        start = self.buf.rfind(b"{", self.lo, key[0])
        return start, jsondoc.value_end(self.buf, start, self.hi)

    def _string_value(self, name_span: Span, span: Span) -> None:
        """A hit inside a ``stringValue``: an attribute's (its key stands right before), a body's, or an array's."""
        buf, lo = self.buf, max(0, name_span[0] - 1024)
        before = _KEY_BEFORE.search(buf, buf.rfind(b"{", lo, buf.rfind(b"{", lo, name_span[0])), name_span[0])
        if before is not None:
            key = before.span("key")
            opening = buf.rfind(b"{", before.start(), name_span[0])
            self.attribute([key], jsondoc.tree(buf, opening, _close(buf, span[1]), 8), (before.start(), span[1]), named=False)
        elif _BODY_BEFORE.search(buf, lo, name_span[0]):
            self.body(span)
        elif _ELEMENT_BEFORE.search(buf, lo, name_span[0]):
            self.plain(span, b"", None)
            if self.work.drop_field:
                raise Irregular
        else:
            raise Irregular


def _close(buf: bytes, at: int) -> int:
    """Behind the bracket that closes the ``AnyValue`` whose only member ends at ``at``."""
    end = buf.find(b"}", at)
    if buf[at:end].strip():
        raise Irregular
    return end + 1


def _next(buf: bytes, name: bytes, lo: int, hi: int) -> int:
    """Where ``name`` stands next in ``buf[lo:hi]``; ``hi`` where it doesn't."""
    found = buf.find(name, lo, hi)
    return found if found >= 0 else hi
