"""OTLP/JSON: names stand in values, ``{"key":"gen_ai.prompt","value":{"stringValue":"…"}}``, and ``bytesValue`` is base64.

Source: opentelemetry-proto, docs/specification.md, "JSON Protobuf Encoding". Trace and span ids are hex, 64-bit integers are strings.
"""

from __future__ import annotations

import base64
import binascii
import re

from detectors.model import Span
from detectors.prompt_keys import LLM_SCOPE
from detectors.scanner import HITS_PER_WINDOW, WINDOW_BYTES, TooManyHitsError
from service.errors import FramingError
from service.redaction import jsondoc
from service.redaction.codecs.ndjson import blank
from service.redaction.edits import Edit, apply, escape
from service.redaction.jsonedit import LocalEdits, drop_member, finish, inside, leaf_edits, string_edits
from service.redaction.plan import Plan
from service.redaction.prompts import PromptWalk
from service.redaction.report import Redacted, Report
from service.redaction.work import Unprocessable, Work

_REQUEST = re.compile(rb"\s*+\{")
_ATTRIBUTE_VALUE = re.compile(rb'\s*+,\s*+"value"\s*+:\s*+(?=\{)')
_KEY_BEFORE = re.compile(
    rb'\{\s{0,8}"key"\s{0,8}:\s{0,8}(?P<key>"[^"\\]{0,200}(?:\\.[^"\\]{0,200}){0,16}")\s{0,8},\s{0,8}"value"\s{0,8}:\s{0,8}\{\s{0,8}\Z', re.DOTALL
)
_EVENT = re.compile(rb'"(?:eventName|name)"\s{0,8}:\s{0,8}"gen_ai\.(?:[a-z_]+\.message|choice|content\.)')
_RECORD_BORDER = b'"traceId"'
_SCOPE_REACH = 1 << 16
_PLACES = {
    b"name": "name",
    b"traceState": "trace_state",
    b"description": "name",
    b"unit": "name",
    b"severityText": "name",
    b"eventName": "name",
    b"message": "status",
}
_RECORDS = {"traces": b'"spanId"', "logs": b'imeUnixNano"', "metrics": b'"name"'}


class OtlpJson:
    """Codec for ``Export{Trace,Logs,Metrics}ServiceRequest`` in JSON."""

    def __init__(self, signal: str) -> None:
        self.name = f"otlp_json:{signal}"
        self._record = _RECORDS[signal]

    def rewrite(self, payload: bytes, plan: Plan) -> Redacted:
        """Raises :class:`FramingError` when the payload is no JSON object."""
        if _REQUEST.match(payload) is None or not jsondoc.well_formed(payload):
            raise FramingError("the body is not a JSON object")
        report = Report()
        report.records = payload.count(self._record)
        work = Work(plan, report, "attribute")
        try:
            hits = plan.otlp_json.candidates(payload, limit=HITS_PER_WINDOW * (1 + len(payload) // WINDOW_BYTES))
            if not hits:
                return Redacted(payload, report)
            edits = finish(payload, 0, len(payload), OtlpEdits(work, payload).run(hits))
            rewritten = apply(payload, edits) if edits else payload
            if edits and not jsondoc.well_formed(rewritten):
                raise Unprocessable("edit")
        except Exception as error:  # fail closed: nothing of a payload that defeats us goes on
            reason = error.reason if isinstance(error, Unprocessable) else "work" if isinstance(error, TooManyHitsError) else "error"
            work.unprocessable(reason)
            return Redacted(blank(payload).replace(b'"message"', b'"scrubjay"'), report)
        report.touched = len(edits) if len(edits) < report.records else report.records
        return Redacted(rewritten, report)


class OtlpEdits(LocalEdits):
    """Looks at each hit where it lies, and reads attributes as name and value."""

    def __init__(self, work: Work, buf: bytes) -> None:
        super().__init__(work, buf, 0, len(buf))

    def element(self, span: Span) -> None:
        """A string value that was hit: an attribute's key, an attribute's value, or a field of a record."""
        name_span = jsondoc.name_before(self.buf, span[0], self.lo)
        field = inside(self.buf, name_span) if name_span else b""
        place, self.work.place = self.work.place, _PLACES.get(field, "attribute")
        self.work.begin_record()
        try:
            if field == b"key":
                self._attribute(span)
            elif field in (b"traceId", b"spanId", b"parentSpanId"):
                return
            elif field == b"stringValue":
                self._string_value(name_span, span)
            else:
                self._leaf(name_span, b"" if field in _PLACES else field, span, with_name=False)
        finally:
            self.work.place = place

    def member(self, name_span: Span, start: int) -> int:
        """A JSON member's own name was hit: OTLP's field names hold nothing, unknown ones are looked at as in any JSON."""
        field = inside(self.buf, name_span)
        if field == b"bytesValue" and self.buf[start] == 34:
            end = jsondoc.value_end(self.buf, start, self.hi)
            self._bytes_value((start, end))
            return end
        if field in (b"key", b"value", b"stringValue"):
            return start
        return super().member(name_span, start)

    def _attribute(self, key: Span) -> None:
        name = inside(self.buf, key)
        self.work.place = "attribute"
        self.name(key, name)
        follows = _ATTRIBUTE_VALUE.match(self.buf, key[1], self.hi)
        if follows is None:
            follows_before = self._value_before(key)
            if follows_before is None:
                return
            start = follows_before
        else:
            start = follows.end()
        end = jsondoc.value_end(self.buf, start, self.hi)
        if self._prompt(name, key) and self._content(start, end, name):
            self._done = max(self._done, end)
            return
        node = jsondoc.tree(self.buf, start, end, self.work.plan.max_depth)
        entity = self.work.plan.entity_of(name)
        self._any_value(node, name, entity, key)
        self._done = max(self._done, end) if end > key[1] else self._done

    def _value_before(self, key: Span) -> int | None:
        """Where the value starts that stands before its key (members may come in any order)."""
        lo = max(self.lo, key[0] - _SCOPE_REACH)
        at = self.buf.rfind(b'"value"', lo, key[0])
        while at >= 0:
            start = jsondoc.value_start(self.buf, at + 7, self.hi)
            if start >= 0 and self.buf[start] == 123:
                end = jsondoc.value_end(self.buf, start, self.hi)
                if re.match(rb'\s*+,\s*+"key"\s*+:\s*+\Z', self.buf[end : key[0]]):
                    return start
            at = self.buf.rfind(b'"value"', lo, at)
        return None

    def _prompt(self, name: bytes, key: Span) -> bool:
        scope = self.work.plan.prompt_scope(name)
        return scope == "always" or (scope == "llm" and self._about_llm(key[0]))

    def _about_llm(self, at: int) -> bool:
        """Whether the span or record around ``at`` is about a language model, as far as its neighbours reach."""
        lo = max(self.buf.rfind(_RECORD_BORDER, max(0, at - _SCOPE_REACH), at), at - _SCOPE_REACH, 0)
        hi = self.buf.find(_RECORD_BORDER, at, at + _SCOPE_REACH)
        return LLM_SCOPE.search(self.buf, lo, hi if hi >= 0 else min(len(self.buf), at + _SCOPE_REACH)) is not None

    def _content(self, start: int, end: int, name: bytes) -> bool:
        """Redacts an ``AnyValue`` that is prompt content; its type names stay."""
        node = jsondoc.tree(self.buf, start, end, self.work.plan.max_depth)
        walk = PromptWalk(self.work, self.buf, [])
        walk.edits = self.edits
        return self._content_value(walk, node, name)

    def _content_value(self, walk: PromptWalk, node: jsondoc.Node, name: bytes) -> bool:
        done = True
        for name_span, child in zip(node.names, node.children, strict=True):
            field = inside(self.buf, name_span)
            if field in (b"stringValue", b"bytesValue"):
                done = walk.content(None, name, child, strict=False) and done
            elif field == b"arrayValue":
                for element in _values(self.buf, child):
                    done = self._content_value(walk, element, name) and done
            elif field == b"kvlistValue":
                for inner_name, value in _pairs(self.buf, child):
                    if not self.work.plan.prompt_keys.keeps(inner_name):
                        done = self._content_value(walk, value, inner_name) and done
        return done

    def _any_value(self, node: jsondoc.Node, name: bytes, entity: str | None, key: Span) -> None:
        for name_span, child in zip(node.names, node.children, strict=True):
            field = inside(self.buf, name_span)
            span = (child.start, child.end)
            if field == b"stringValue" and child.kind == '"':
                if entity is None or not self.value((child.start, child.start), name, entity, *span):
                    self._with_drop(string_edits(self.work, self.buf, span, name, with_name=True), key)
            elif field in (b"intValue", b"doubleValue"):
                text = self.buf[child.start : child.end].strip(b'"')
                if self._is_number_found(name, entity, text):
                    self.edits.append(Edit(node.start, node.end, b"{}"))
            elif field == b"bytesValue" and child.kind == '"':
                self._bytes_value(span)
            elif field == b"arrayValue":
                for element in _values(self.buf, child):
                    self._any_value(element, name, entity, key)
            elif field == b"kvlistValue":
                for inner_name, value in _pairs(self.buf, child):
                    self._any_value(value, inner_name, self.work.plan.entity_of(inner_name) or entity, key)

    def _is_number_found(self, name: bytes, entity: str | None, text: bytes) -> bool:
        if entity is not None:
            return self.work.whole(text, "sensitive_field", entity, name) is not None
        return bool(self.work.value_edits(name, text))

    def _string_value(self, name_span: Span | None, span: Span) -> None:
        """A hit inside a ``stringValue``: an attribute's (its key stands right before) or a body."""
        before = _KEY_BEFORE.search(self.buf, max(0, (name_span or span)[0] - 4096), (name_span or span)[0])
        if before is None:
            if self._is_event_body(span):
                self._content_leaf(span)
            else:
                self.work.place = "body"
                self._with_drop(string_edits(self.work, self.buf, span, b""), None)
            return
        key = before.span("key")
        name = inside(self.buf, key)
        if self._prompt(name, key):
            self._content_leaf(span, name)
            return
        entity = self.work.plan.entity_of(name)
        if entity is None or not self.value((span[0], span[0]), name, entity, *span):
            self._with_drop(string_edits(self.work, self.buf, span, name), key)

    def _content_leaf(self, span: Span, name: bytes = b"") -> None:
        walk = PromptWalk(self.work, self.buf, [])
        walk.edits = self.edits
        walk.content(None, name, jsondoc.Node('"', span[0], span[1], [], []), strict=False)

    def _is_event_body(self, span: Span) -> bool:
        lo = max(0, span[0] - 2048)
        return _EVENT.search(self.buf, lo, min(len(self.buf), span[1] + 512)) is not None and b'"body"' in self.buf[lo : span[0]][-256:]

    def _bytes_value(self, span: Span) -> None:
        literal = inside(self.buf, span)
        try:
            raw = base64.b64decode(literal, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        try:
            edits = leaf_edits(self.work, raw)
        except Unprocessable as error:
            edits = [Edit(0, len(raw), self.work.unprocessable(error.reason))]
        if edits:
            self.work.drop_field = False
            self.edits.append(Edit(span[0] + 1, span[1] - 1, escape(base64.b64encode(apply(raw, edits)))))

    def _with_drop(self, edits: list[Edit], key: Span | None) -> None:
        if not self.work.drop_field:
            self.edits.extend(edits)
            return
        self.work.drop_field = False
        if key is None:
            self.edits.extend(Edit(start, end, b"[REDACTED]") for start, end, _ in edits)
            return
        start = self.buf.rfind(b"{", 0, key[0])
        self.edits.append(drop_member(self.buf, start, jsondoc.value_end(self.buf, start, self.hi), self.lo))


def _values(buf: bytes, node: jsondoc.Node) -> list[jsondoc.Node]:
    """The elements of an ``arrayValue``'s ``values``."""
    for name_span, child in zip(node.names, node.children, strict=True):
        if inside(buf, name_span) == b"values":
            return child.children
    return []


def _pairs(buf: bytes, node: jsondoc.Node) -> list[tuple[bytes, jsondoc.Node]]:
    """Name and ``AnyValue`` of each member of a ``kvlistValue``."""
    pairs: list[tuple[bytes, jsondoc.Node]] = []
    for element in _values(buf, node):
        fields = {inside(buf, span): child for span, child in zip(element.names, element.children, strict=True)}
        if b"key" in fields and b"value" in fields and fields[b"key"].kind == '"':
            pairs.append((inside(buf, (fields[b"key"].start, fields[b"key"].end)), fields[b"value"]))
    return pairs
