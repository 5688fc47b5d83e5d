"""OTLP/JSON attributes and values as trees: ``KeyValue`` and ``AnyValue`` in any of the ways a decoder accepts.

Members may come in any order, repeat, be escaped, or have protobuf's own names (``string_value``); what is no member of OTLP is looked at
as in any JSON. Types stay: a redacted number becomes an empty ``AnyValue``, redacted bytes stay base64.
"""

from __future__ import annotations

import base64

from detectors.field_names import plausible
from detectors.llm_scope import about_llm
from detectors.model import Span
from service.redaction import jsondoc, unknown
from service.redaction.codecs.otlp_json_prompts import ARRAYS, BYTES, LISTS, NUMBERS, PromptEdits, decoded_bytes, has, pair, values
from service.redaction.edits import Edit, apply, escape
from service.redaction.jsondoc import Node
from service.redaction.jsonleaf import leaf_edits, string_edits
from service.redaction.jsonparts import drop_member, inside
from service.redaction.plan import SENSITIVE_FIELD
from service.redaction.prompt_fields import is_content_member
from service.redaction.prompt_metadata import Measures, as_json
from service.redaction.work import PROMPT, Unprocessable

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
BORDER = b'"traceId":'
_REACH = 1 << 16


class AttributeEdits(PromptEdits):
    """Edits for attributes and values, given their trees."""

    _document: tuple[bool, tuple[bytes, ...]] | None = None
    """Inside a list of members: whether its record is about a language model, and the names down to the value at hand."""

    def walk(self, node: Node) -> list[Edit]:
        """Edits for a whole request."""
        self.whole = True
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
        self.work.at = node.start
        names = [inside(self.buf, span) for span in node.names]
        keys = [(child.start, child.end) for name, child in zip(names, node.children, strict=True) if name == b"key" and child.kind == '"']
        is_attribute = bool(keys) and b"value" in names
        outer = self.work.speaker, self._numbered
        if b"attributes" in names or b"body" in names:
            self.speaks(node, names)
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
        self.work.speaker, self._numbered = outer

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
        if self._is_prompt(name, keys[0][0]) and self.work.redacts_prompts(name):
            beside: bytes | None = self._measured(name, value)
        else:
            beside = self._unknown(name, value, keys[0][0])
            if beside is None:
                self.any_value(value, name, entity)
        if self.work.drop_field:
            self.work.drop_field = False
            end = jsondoc.value_end(self.buf, whole[0], self.hi)
            self.edits.append(Edit(whole[0], end, beside) if beside else drop_member(self.buf, whole[0], end, self.lo))
        elif beside:
            self.edits.append(Edit(whole[1], whole[1], b"," + beside))

    def _unknown(self, name: bytes, value: Node, at: int) -> bytes | None:
        """As ``_measured`` where the name says nothing but the value is content all the same; ``None`` where it is none."""
        work, strings = self.work, [child for child in value.children if child.kind == '"']
        text = inside(self.buf, (strings[0].start, strings[0].end)) if len(strings) == len(value.children) == 1 else None
        if has(self.buf, value, LISTS):
            return None  # its members are known by their own names
        if not unknown.is_content(work.plan, name, text, self.buf[value.start : value.end]) or not self.about_llm(at):
            return None
        work.label = unknown.UNKNOWN
        beside = self._measured(name, value) if work.redacts_prompts(name) else None
        work.label = PROMPT
        return beside

    def _measured(self, name: bytes, value: Node) -> bytes:
        """Redacts a prompt; returns the attributes that are to stand beside it, where the policy wants any."""
        work = self.work
        if not work.plan.policy.prompts.metadata:
            self.prompt_attribute(name, value)
            return b""
        work.measures = Measures()
        self.prompt_attribute(name, value)
        measures, work.measures = work.measures, None
        if not measures.chars or work.plan.text.findings(name):
            return b""
        return b",".join(as_json(measures.told(name.decode("utf-8", "replace"), work.plan.name)))

    def _is_prompt(self, name: bytes, at: int) -> bool:
        """Whether what stands under ``name`` at ``at`` is a prompt."""
        scope = self.work.plan.prompt_scope(name)
        return scope == "always" or (scope == "llm" and self.about_llm(at))

    def about_llm(self, at: int) -> bool:
        """Whether the span or record around ``at`` is about a language model, as far as its neighbours reach."""
        buf = self.buf
        lo = max(buf.rfind(BORDER, max(0, at - _REACH), at), at - _REACH, 0)
        hi = buf.find(BORDER, at, at + _REACH)
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
            if field in NUMBERS:
                self.number_any(node, child, name, entity)
            elif field in BYTES and child.kind == '"':
                self.bytes_value((child.start, child.end), name, entity)
            elif field in ARRAYS:
                for element in values(self.buf, child):
                    self._element(element, name, entity)
            elif field in LISTS:
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
        """A ``kvlistValue``: on a record about a language model it is a document, whose members are content or not as those of any JSON are."""
        members = [(element, *one) for element in values(self.buf, node) for one in pair(self.buf, element)]
        work, document = self.work, self._document
        outer = work.speaker
        if work.plan.prompt_modes.roles_matter:
            work.speaker = outer.within(self.framing(members), held_by=name)
        llm, path = document or (work.plan.prompts_on and self.about_llm(node.start), (name,) if name else ())
        siblings = frozenset(inner for _, _, inner, _ in members)
        for element, inner_span, inner, value in members:
            self._document = llm, (*path, inner)
            self.name(inner_span, inner)
            before = len(self.edits)
            if self._content_member(inner, value, path, siblings, llm):
                if work.drop_field and not work.drop_record:
                    self.edits[before:] = [drop_member(self.buf, element.start, element.end, self.lo)]
            else:
                inner_entity = work.plan.entity_of(inner) or entity
                self.any_value(value, inner if inner_entity != entity else name, inner_entity)
            work.drop_field = False
        work.speaker, self._document = outer, document

    def _content_member(self, name: bytes, value: Node, path: tuple[bytes, ...], siblings: frozenset[bytes], llm: bool) -> bool:
        """Redacts a list's member that is content; ``False`` where it is none."""
        work = self.work
        if llm:
            content = is_content_member(work.plan.prompt_keys, (*path, name), siblings, has(self.buf, value, ARRAYS))
        else:
            content = work.plan.prompt_scope(name) == "always"
        if content and work.redacts_prompts(name):
            self.prompt_attribute(name, value, path[-1] if path else b"")
            return True
        return llm and work.plan.unknown == "strict" and self._unknown(name, value, value.start) is not None

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

    def number_any(self, node: Node, child: Node, name: bytes, entity: str | None) -> None:
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
        """A ``bytesValue``: its content is looked at as text, and stays base64."""
        raw = decoded_bytes(self.buf, span)
        if raw is None:
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
        if not self.prompt_body(Node('"', span[0], span[1], [], []), span):
            self.plain(span, b"", None)
        self.work.drop_field = False  # a body is no member of a list: the record keeps an empty one
        self.work.place = place

    def _body(self, node: Node) -> None:
        place, self.work.place = self.work.place, "body"
        if not self.prompt_body(node, (node.start, node.end)):
            self.any_value(node, b"", None)
        self.work.drop_field = False
        self.work.place = place
