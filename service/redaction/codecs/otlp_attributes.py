"""OTLP/JSON attributes and values as trees: ``KeyValue`` and ``AnyValue`` in any of the ways a decoder accepts.

Members may come in any order, repeat, be escaped, or have protobuf's own names (``string_value``); what is no member of OTLP is looked at
as in any JSON. Types stay: a redacted number becomes an empty ``AnyValue``, redacted bytes stay base64.
"""

from __future__ import annotations

import base64
import binascii
import re

from detectors.field_names import plausible
from detectors.llm_scope import about_llm
from detectors.model import Span
from service.redaction import jsondoc
from service.redaction.edits import Edit, apply, escape
from service.redaction.jsondoc import Node
from service.redaction.jsonedit import LocalEdits
from service.redaction.jsonleaf import leaf_edits, string_edits
from service.redaction.jsonparts import drop_member, inside
from service.redaction.plan import SENSITIVE_FIELD
from service.redaction.prompts import PromptWalk
from service.redaction.work import Unprocessable

PLACES = {
    b"name": "name",
    b"traceState": "trace_state",
    b"description": "name",
    b"unit": "name",
    b"severityText": "name",
    b"eventName": "name",
    b"message": "status",
    b"version": "scope",
    b"schemaUrl": "scope",
}
"""Text members of OTLP's messages, and where in a record they stand."""

COUNTS = frozenset(
    b"timeUnixNano startTimeUnixNano endTimeUnixNano observedTimeUnixNano asInt asDouble count sum min max zeroCount bucketCounts explicitBounds"
    b" droppedAttributesCount droppedEventsCount droppedLinksCount severityNumber flags kind code scale offset zeroThreshold".split()
)
"""Numbers that OTLP/JSON may write as strings: measurements and times, never looked at."""

METRIC = frozenset((b"gauge", b"sum", b"histogram", b"exponentialHistogram", b"summary"))
"""A metric has one of these, and what it calls ``name`` is a metric's name."""

IDS = frozenset((b"traceId", b"spanId", b"parentSpanId"))
_RECORDS = frozenset((b"spans", b"logRecords", b"metrics"))
_BYTES = frozenset((b"bytesValue", b"bytes_value"))
_NUMBERS = frozenset((b"intValue", b"int_value", b"doubleValue", b"double_value"))
_ARRAYS = frozenset((b"arrayValue", b"array_value"))
_LISTS = frozenset((b"kvlistValue", b"kvlist_value"))
_EVENT = re.compile(rb'"(?:eventName|name)"\s{0,8}:\s{0,8}"gen_ai\.(?:[a-z_]+\.message|choice|content\.)')
_BASE64URL = bytes.maketrans(b"-_", b"+/")
_BORDER = b'"traceId"'
_REACH = 1 << 16


class Irregular(Exception):
    """The payload is not laid out as exporters do it, so that looking around a hit is not enough."""


class AttributeEdits(LocalEdits):
    """Edits for attributes and values, given their trees."""

    def walk(self, node: Node) -> list[Edit]:
        """Edits for a whole request."""
        if node.kind == "[":
            for child in node.children:
                self.walk(child)
        elif node.kind == '"':
            self.plain((node.start, node.end), b"", None)
        elif node.kind == "!":
            self.edits.append(Edit(node.start, node.end, b'"' + self.work.unprocessable("depth") + b'"'))
        elif node.kind == "{":
            self._object(node)
        return self.edits

    def _object(self, node: Node) -> None:
        names = [inside(self.buf, span) for span in node.names]
        keys = [(child.start, child.end) for name, child in zip(names, node.children, strict=True) if name == b"key" and child.kind == '"']
        is_attribute = bool(keys) and b"value" in names
        for name_span, name, child in zip(node.names, names, node.children, strict=True):
            span = (child.start, child.end)
            if is_attribute and name == b"value":
                self.attribute(keys, child, (node.start, node.end))
            elif is_attribute and name == b"key":
                self.name(span, inside(self.buf, span))
            elif name == b"body" and child.kind == "{":
                self._body(child)
            elif (name in IDS and span[1] - span[0] in (18, 34)) or (name in COUNTS and child.kind in '"0'):
                continue
            elif child.kind == '"' and name in PLACES:
                place = self.work.place
                self.work.place = "metric_name" if name == b"name" and not METRIC.isdisjoint(names) else PLACES[name]
                self.plain(span, b"", None)
                self.work.place = place
            else:
                self.name(name_span, name)
                entity = self.work.plan.entity_of(name)
                if child.kind == '"':
                    self.plain(span, name, entity)
                elif child.kind != "0":
                    (self._records if child.kind == "[" and name in _RECORDS else self.walk)(child)

    def _records(self, node: Node) -> None:
        """Spans, log records, metrics: what a rule drops as a whole goes with its comma."""
        for record in node.children:
            before = len(self.edits)
            self.walk(record)
            if self.work.drop_record:
                self.work.drop_record = self.work.drop_field = False
                self.work.report.dropped += 1
                self.edits[before:] = [drop_member(self.buf, record.start, record.end, self.lo)]

    def attribute(self, keys: list[Span], value: Node, whole: Span, *, named: bool = True) -> None:
        """A ``KeyValue``. ``keys``: its name, more than one where the member repeats; ``whole``: the object it is; ``named``: look at names."""
        name = inside(self.buf, keys[0])
        entity: str | None = None
        for key in keys:
            text = inside(self.buf, key)
            if named:
                place, self.work.place = self.work.place, "key"
                self.name(key, text)
                self.work.place = place
            entity = entity or self.work.plan.entity_of(text)
            if entity or self.work.plan.prompt_scope(text):
                name = text
        if self._is_prompt(name, keys[0][0]) and self.work.redacts_prompts(name) and self.content(value, name):
            return
        self.any_value(value, name, entity)
        if self.work.drop_field:
            self.work.drop_field = False
            self.edits.append(drop_member(self.buf, whole[0], jsondoc.value_end(self.buf, whole[0], self.hi), self.lo))

    def _is_prompt(self, name: bytes, at: int) -> bool:
        """Whether what stands under ``name`` at ``at`` is a prompt."""
        scope = self.work.plan.prompt_scope(name)
        return scope == "always" or (scope == "llm" and self.about_llm(at))

    def about_llm(self, at: int) -> bool:
        """Whether the span or record around ``at`` is about a language model, as far as its neighbours reach."""
        buf = self.buf
        lo = max(buf.rfind(_BORDER, max(0, at - _REACH), at), at - _REACH, 0)
        hi = buf.find(_BORDER, at, at + _REACH)
        return about_llm(buf, lo, hi if hi >= 0 else min(len(buf), at + _REACH))

    def any_value(self, node: Node, name: bytes, entity: str | None) -> None:
        """An ``AnyValue`` under ``name``; with ``entity`` the name makes it sensitive."""
        if node.kind == '"':
            self.plain((node.start, node.end), name, entity)
            return
        if node.kind == "!":
            self.walk(node)
            return
        for name_span, child in zip(node.names, node.children, strict=True):
            field = inside(self.buf, name_span)
            if field in _NUMBERS:
                self._number_any(node, child, name, entity)
            elif field in _BYTES and child.kind == '"':
                self.bytes_value((child.start, child.end), name, entity)
            elif field in _ARRAYS:
                for element in _values(self.buf, child):
                    self._element(element, name, entity)
            elif field in _LISTS:
                self._list(child, name, entity)
            elif child.kind == '"':
                self.plain((child.start, child.end), name, entity)
            elif child.kind != "0":
                self.any_value(child, name, entity)

    def _element(self, element: Node, name: bytes, entity: str | None) -> None:
        """An array's element; one that a rule drops becomes an empty ``AnyValue``."""
        before = len(self.edits)
        self.any_value(element, name, entity)
        if self.work.drop_field and not self.work.drop_record:
            self.work.drop_field = False
            self.edits[before:] = [Edit(element.start, element.end, b"{}")]

    def _list(self, node: Node, name: bytes, entity: str | None) -> None:
        for element in _values(self.buf, node):
            for inner_span, inner, value in _pair(self.buf, element):
                self.name(inner_span, inner)
                inner_entity = self.work.plan.entity_of(inner) or entity
                if self._is_prompt(inner, inner_span[0]) and self.work.redacts_prompts(inner) and self.content(value, inner):
                    continue
                self.any_value(value, inner if inner_entity != entity else name, inner_entity)
                self.work.drop_field = False

    def plain(self, span: Span, name: bytes, entity: str | None) -> None:
        """A string under ``name``."""
        if entity is not None:
            text = inside(self.buf, span)
            if plausible(text, entity):
                replaced = self.work.whole(text, SENSITIVE_FIELD, entity, name)
                if replaced is not None:
                    self.edits.append(Edit(span[0] + 1, span[1] - 1, escape(replaced)))
                    return
        self.edits.extend(string_edits(self.work, self.buf, span, name, with_name=bool(name)))

    def _number_any(self, node: Node, child: Node, name: bytes, entity: str | None) -> None:
        text = self.buf[child.start : child.end].strip(b'"')
        if entity is not None:
            found = self.work.whole(text, SENSITIVE_FIELD, entity, name) is not None
        else:
            try:
                found = bool(self.work.value_edits(name, text))
            except Unprocessable as error:
                self.work.unprocessable(error.reason)
                found = True
        if found:
            self.edits.append(Edit(node.start, node.end, b"{}"))

    def bytes_value(self, span: Span, name: bytes, entity: str | None) -> None:
        """A ``bytesValue``: its content is looked at as text, and stays base64. Both alphabets and missing padding are accepted."""
        literal = inside(self.buf, span).translate(_BASE64URL, b" \t\r\n").rstrip(b"=")
        try:
            raw = base64.b64decode(literal + b"=" * (-len(literal) % 4), validate=True)
        except (binascii.Error, ValueError):  # some decoders take it all the same, each in its own way
            self.edits.append(Edit(span[0] + 1, span[1] - 1, base64.b64encode(self.work.unprocessable("base64"))))
            return
        if entity is not None and plausible(raw, entity):
            replaced = self.work.whole(raw, SENSITIVE_FIELD, entity, name)
            if replaced is not None:
                self.edits.append(Edit(span[0] + 1, span[1] - 1, base64.b64encode(replaced)))
                return
        try:
            edits = leaf_edits(self.work, raw, name)
        except Unprocessable as error:
            edits = [Edit(0, len(raw), self.work.unprocessable(error.reason))]
        if edits:
            self.edits.append(Edit(span[0] + 1, span[1] - 1, base64.b64encode(apply(raw, edits))))

    def body(self, span: Span) -> None:
        """A log record's body that is a string."""
        place, self.work.place = self.work.place, "body"
        if self._is_event(span[0], span[1]) and self.work.redacts_prompts(b""):
            self._content_leaf(Node('"', span[0], span[1], [], []), b"")
        else:
            self.plain(span, b"", None)
        self.work.drop_field = False  # a body is no member of a list: the record keeps an empty one
        self.work.place = place

    def _body(self, node: Node) -> None:
        place, self.work.place = self.work.place, "body"
        if not (self._is_event(node.start, node.end) and self.work.redacts_prompts(b"") and self.content(node, b"")):
            self.any_value(node, b"", None)
        self.work.drop_field = False
        self.work.place = place

    def _is_event(self, start: int, end: int) -> bool:
        return _EVENT.search(self.buf, max(0, start - 2048), min(len(self.buf), end + 512)) is not None

    def content(self, node: Node, name: bytes) -> bool:
        """Redacts an ``AnyValue`` that is prompt content; its type's names stay. ``False`` where the policy lets prompts through."""
        if node.kind == '"':
            return self._content_leaf(node, name)
        done = True
        for name_span, child in zip(node.names, node.children, strict=True):
            field = inside(self.buf, name_span)
            if field in _BYTES and child.kind == '"':
                replaced = self.work.whole(inside(self.buf, (child.start, child.end)), "prompt_field", "prompt", name)
                done = replaced is not None and done
                if replaced is not None:
                    self.edits.append(Edit(child.start + 1, child.end - 1, base64.b64encode(replaced)))
            elif field in _ARRAYS:
                for element in _values(self.buf, child):
                    done = self.content(element, name) and done
            elif field in _LISTS:
                for element in _values(self.buf, child):
                    for inner_span, inner, value in _pair(self.buf, element):
                        self.name(inner_span, inner)
                        if not self.work.plan.prompt_keys.keeps(inner):
                            done = self.content(value, inner) and done
            elif child.kind == '"' and field not in _NUMBERS:
                done = self._content_leaf(child, name) and done
        return done

    def _content_leaf(self, node: Node, name: bytes) -> bool:
        walk = PromptWalk(self.work, self.buf, [])
        walk.use(self)
        return walk.content(None, name, node, strict=False)


def _values(buf: bytes, node: Node) -> list[Node]:
    """The elements of an ``arrayValue``'s or ``kvlistValue``'s ``values``."""
    for name_span, child in zip(node.names, node.children, strict=True):
        if inside(buf, name_span) == b"values":
            return child.children
    return []


def _pair(buf: bytes, element: Node) -> list[tuple[Span, bytes, Node]]:
    """``(name's place, name, value)`` of a ``KeyValue`` in a list; empty where it is none."""
    fields = {inside(buf, span): child for span, child in zip(element.names, element.children, strict=True)}
    key, value = fields.get(b"key"), fields.get(b"value")
    if key is None or value is None or key.kind != '"':
        return []
    return [((key.start, key.end), inside(buf, (key.start, key.end)), value)]
