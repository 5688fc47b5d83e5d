"""OTLP/JSON: attributes and values that are prompt content, given their trees. Types stay: a number becomes an empty ``AnyValue``."""

from __future__ import annotations

import base64
import binascii
import re
from abc import ABC, abstractmethod

from detectors.model import Span
from service.redaction.edits import Edit
from service.redaction.jsondoc import Node
from service.redaction.jsonedit import LocalEdits
from service.redaction.jsonparts import drop_member, inside
from service.redaction.prompt_content import ContentWalk, content_text
from service.redaction.prompt_fields import is_argument, is_text_as_numbers, tool_values
from service.redaction.prompt_roles import EVENT_NAMES, FRAMING, MESSAGE, NOBODY, Speaker, event_role, framing_of, role_named, role_names

BYTES = frozenset((b"bytesValue", b"bytes_value"))
NUMBERS = frozenset((b"intValue", b"int_value", b"doubleValue", b"double_value"))
ARRAYS = frozenset((b"arrayValue", b"array_value"))
LISTS = frozenset((b"kvlistValue", b"kvlist_value"))
_STRINGS = frozenset((b"stringValue", b"string_value"))
_EVENT = re.compile(rb'"(?:eventName|name)"\s{0,8}:\s{0,8}"gen_ai\.(?:[a-z_]+\.message|choice|content\.)')
_BASE64URL = bytes.maketrans(b"-_", b"+/")
_LONGEST_ROLE = 64


class Irregular(Exception):
    """The payload is not laid out as exporters do it, or roles are asked for, so that looking around a hit is not enough."""


class PromptEdits(LocalEdits, ABC):
    """Edits for values that are content. ``whole`` is set where the payload is walked from its root, so that it is known what is beside a value."""

    whole = False
    _numbered: dict[bytes, bytes] = {}  # noqa: RUF012  # never changed in place: each record has its own

    @abstractmethod
    def plain(self, span: Span, name: bytes, entity: str | None) -> None:
        """A string under ``name`` that is no content."""

    @abstractmethod
    def number_any(self, node: Node, child: Node, name: bytes, entity: str | None) -> None:
        """A number under ``name`` that is no content."""

    @abstractmethod
    def bytes_value(self, span: Span, name: bytes, entity: str | None) -> None:
        """A ``bytesValue`` that is no content."""

    def prompt_attribute(self, name: bytes, value: Node, above: bytes = b"") -> None:
        """The ``AnyValue`` of an attribute, or of a document's member under ``above``, that is content. ``drop_field`` is set where it goes."""
        work = self.work
        outer = work.speaker
        if work.plan.prompt_modes.roles_matter:
            if not self.whole:
                raise Irregular
            role = next((role for key in role_names(name) if (role := role_named(self._numbered.get(key, b"")))), None)
            work.speaker = (Speaker(role, MESSAGE) if role and outer.level <= MESSAGE else outer).under(name)
        self.content(value, name, is_argument(name), above)
        work.speaker = outer

    def prompt_body(self, node: Node, at: Span) -> bool:
        """A log record's body; ``False`` where it is no content."""
        if not (self._is_event(*at) and self.work.redacts_prompts(b"")):
            return False
        if self.work.plan.prompt_modes.roles_matter and not self.whole:
            raise Irregular
        self.content(node, b"", False)
        return True

    def _is_event(self, start: int, end: int) -> bool:
        return _EVENT.search(self.buf, max(0, start - 2048), min(len(self.buf), end + 512)) is not None

    def speaks(self, node: Node, names: list[bytes]) -> None:
        """Note whose words are in a record or event, as its name or an attribute of it tells, and the roles of its numbered attributes."""
        numbered: dict[bytes, bytes] = {}
        role = None
        for name, child in zip(names, node.children, strict=True):
            if name in EVENT_NAMES and child.kind == '"':
                role = role or event_role(inside(self.buf, (child.start, child.end)))
            elif name == b"attributes" and child.kind == "[":
                for element in child.children:
                    for _, key, value in pair(self.buf, element):
                        if key.endswith(b".role"):
                            numbered.setdefault(key, self._word(value))
                        elif key in EVENT_NAMES:
                            role = role or event_role(self._word(value))
        self._numbered = numbered
        self.work.speaker = NOBODY if role is None else Speaker(role, MESSAGE)

    def content(self, node: Node, name: bytes, strict: bool, above: bytes = b"") -> None:
        """Redacts an ``AnyValue`` that is content of the speaker at hand. ``drop_field`` is set where it goes as a whole."""
        if node.kind == '"':
            self._content_leaf(node, name, strict, above)
            return
        if node.kind == "!":
            self.edits.append(Edit(node.start, node.end, b'"' + self.work.unprocessable("depth") + b'"'))
            return
        for name_span, child in zip(node.names, node.children, strict=True):
            field = inside(self.buf, name_span)
            if field in NUMBERS:
                if strict and self.work.prompt(b"0", name) is not None:
                    self.edits.append(Edit(node.start, node.end, b"{}"))
                else:
                    self.number_any(node, child, name, self.work.plan.entity_of(name))
            elif field in BYTES and child.kind == '"':
                self._content_bytes((child.start, child.end), name, strict)
            elif field in ARRAYS:
                self._content_array(child, name, strict, above)
            elif field in LISTS:
                self._content_list(child, name, strict)
            elif child.kind == '"':
                self._content_leaf(child, name, strict, above)
            elif child.kind != "0":
                self.content(child, name, strict, above)

    def _content_array(self, node: Node, name: bytes, strict: bool, above: bytes) -> None:
        elements = values(self.buf, node)
        if elements and is_text_as_numbers(name, above) and self.work.prompt(b"[]", name, readable=False) is not None:
            if not self.work.drop_field:
                self.edits.append(Edit(elements[0].start, elements[-1].end, b" "))
            return
        for element in elements:
            before = len(self.edits)
            self.content(element, name, strict, above)
            if self.work.drop_field and not self.work.drop_record:
                self.work.drop_field = False
                self.edits[before:] = [Edit(element.start, element.end, b"{}")]

    def _content_list(self, node: Node, name: bytes, strict: bool) -> None:
        """A ``kvlistValue``: an object, whose members may tell whose words are in it."""
        work = self.work
        outer = work.speaker
        members = [(element, *one) for element in values(self.buf, node) for one in pair(self.buf, element)]
        framing = self.framing(members)
        tools = tool_values((inner for _, _, inner, _ in members), framing)
        own = outer.within(framing, held_by=name)
        if work.measures is not None:
            work.measures.entered(framing, outer, own)
        for element, inner_span, inner, value in members:
            self.name(inner_span, inner)
            if work.plan.prompt_keys.keeps(inner):
                continue
            work.speaker = own.under(inner)
            inner_strict = strict or inner in tools or is_argument(inner)
            before = len(self.edits)
            self.content(value, inner, inner_strict, name)
            if work.drop_field and not work.drop_record:
                work.drop_field = False
                self.edits[before:] = [drop_member(self.buf, element.start, element.end, self.lo)]
        work.speaker = outer

    def framing(self, members: list[tuple[Node, Span, bytes, Node]]) -> dict[bytes, bytes]:
        """The members of a ``kvlistValue`` that tell whose words are in it."""
        return framing_of((inner, self._word(value)) for _, _, inner, value in members if inner in FRAMING)

    def _word(self, value: Node) -> bytes:
        """The short string of an ``AnyValue``; empty where it is none."""
        for name_span, child in zip(value.names, value.children, strict=False):
            if child.kind == '"' and child.end - child.start <= _LONGEST_ROLE + 2 and inside(self.buf, name_span) in _STRINGS:
                return inside(self.buf, (child.start, child.end))
        return b""

    def _content_leaf(self, node: Node, name: bytes, strict: bool, above: bytes) -> None:
        edits = ContentWalk(self.work, self.buf, None).string(node, name, strict, above)
        if edits is None:
            outer, self.work.speaker = self.work.speaker, self.work.speaker.settled()
            self.plain((node.start, node.end), name, self.work.plan.entity_of(name))
            self.work.speaker = outer
        else:
            self.edits.extend(edits)

    def _content_bytes(self, span: Span, name: bytes, strict: bool) -> None:
        raw = decoded_bytes(self.buf, span)
        if raw is None:
            self.edits.append(Edit(span[0] + 1, span[1] - 1, base64.b64encode(self.work.unprocessable("base64"))))
            return
        new = content_text(self.work, raw, name, strict=strict)
        if new is None:
            outer, self.work.speaker = self.work.speaker, self.work.speaker.settled()
            self.bytes_value(span, name, self.work.plan.entity_of(name))
            self.work.speaker = outer
        elif new != raw:
            self.edits.append(Edit(span[0] + 1, span[1] - 1, base64.b64encode(new)))


def decoded_bytes(buf: bytes, span: Span) -> bytes | None:
    """What a ``bytesValue`` holds. Both alphabets and missing padding are accepted; ``None`` for what some decoders take all the same,
    each in its own way."""
    literal = inside(buf, span).translate(_BASE64URL, b" \t\r\n").rstrip(b"=")
    try:
        return base64.b64decode(literal + b"=" * (-len(literal) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def values(buf: bytes, node: Node) -> list[Node]:
    """The elements of an ``arrayValue``'s or ``kvlistValue``'s ``values``."""
    for name_span, child in zip(node.names, node.children, strict=True):
        if inside(buf, name_span) == b"values":
            return child.children
    return []


def has(buf: bytes, value: Node, fields: frozenset[bytes]) -> bool:
    """Whether an ``AnyValue`` has one of these fields."""
    return any(inside(buf, span) in fields for span in value.names)


def pair(buf: bytes, element: Node) -> list[tuple[Span, bytes, Node]]:
    """``(name's place, name, value)`` of a ``KeyValue`` in a list; empty where it is none."""
    fields = {inside(buf, span): child for span, child in zip(element.names, element.children, strict=False)}
    key, value = fields.get(b"key"), fields.get(b"value")
    if key is None or value is None or key.kind != '"':
        return []
    return [((key.start, key.end), inside(buf, (key.start, key.end)), value)]
