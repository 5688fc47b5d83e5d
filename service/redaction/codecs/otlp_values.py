"""OTLP protobuf attributes and values: ``KeyValue`` and ``AnyValue`` (opentelemetry-proto, common/v1)."""

from __future__ import annotations

import struct

from detectors.field_names import plausible
from service.redaction import unknown
from service.redaction.codecs.otlp_leaves import DROPPED
from service.redaction.codecs.otlp_prompts import ARRAY, BYTES, DOUBLE, INT, KVLIST, STRING, PromptValues
from service.redaction.codecs.wire import field, fields, length_delimited, varint
from service.redaction.jsonedit import STRONG
from service.redaction.prompt_fields import is_content_member
from service.redaction.work import PROMPT, Unprocessable


class Values(PromptValues):
    """Attributes and values: a name may make its value sensitive, or a prompt."""

    _document: tuple[tuple[bytes, ...], frozenset[bytes]] | None = None
    """Inside a document about a language model: the names down to the list at hand, and those in it."""

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
        return self._member(lo, hi, lambda start, end: self._named_value(start, end, name, named))

    def _plain_attribute(self, lo: int, key_end: int, start: int, hi: int) -> bytes | None:
        buf = self.buf
        name = buf[lo + 2 : key_end]
        named = self._hit(lo + 2, key_end)
        new_name = self._name(lo + 2, key_end) if named else None
        new = self._named_value(start, hi, name, named)
        if self.work.drop_field:
            self.work.drop_field = False
            return DROPPED
        if new is None:
            return None if new_name is None else length_delimited(b"\x0a", new_name) + buf[key_end:hi]
        key = buf[lo:key_end] if new_name is None else length_delimited(b"\x0a", new_name)
        return key + length_delimited(b"\x12", new)

    def _is_word(self, lo: int, hi: int) -> bool:
        """Whether an attribute that no anchor hit counts in records about language models: by its name (``exception.message``), or as it has
        members, which may do so by theirs."""
        for _, _, start, end, number in fields(self.buf, lo, hi):
            if start < 0:
                continue
            if number == 1 and self.plan.prompt_scope(self.buf[start:end]) == "llm":
                return True
            if number == 2 and any(inner in (ARRAY, KVLIST) for _, _, _, _, inner in fields(self.buf, start, end)):
                return True
        return False

    def _named_value(self, lo: int, hi: int, name: bytes, named: bool) -> bytes | None:
        if self._is_prompt(lo, hi, name) and self.work.redacts_prompts(name):
            return self._prompt_attribute(lo, hi, name, self._document[0][-1] if self._document and self._document[0] else b"")
        if self._is_unknown_content(lo, hi, name):
            self.work.label = unknown.UNKNOWN
            redacts = self.work.redacts_prompts(name)
            new = self._prompt_attribute(lo, hi, name) if redacts else None
            self.work.label = PROMPT
            if redacts:
                return new
        entity = self.plan.entity_of(name)
        return self._value(lo, hi, name, entity, named)

    def _is_prompt(self, lo: int, hi: int, name: bytes) -> bool:
        """Whether the ``AnyValue`` under ``name`` is content: an attribute's by its name, in a document also by what is above and beside it."""
        if self._document is None:
            scope = self.plan.prompt_scope(name)
            return scope == "always" or (scope == "llm" and self._about_llm())
        path, siblings = self._document
        return is_content_member(self.plan.prompt_keys, (*path, name), siblings, self._kind(lo, hi) == ARRAY)

    def _kind(self, lo: int, hi: int) -> int:
        """Which field of an ``AnyValue`` is set; 0: none."""
        return field(self.buf, lo, hi)[3] if hi > lo else 0

    def _is_unknown_content(self, lo: int, hi: int, name: bytes) -> bool:
        """Whether an ``AnyValue`` is content although its name says nothing. A list of members is none: they are known by their own names."""
        setting = self.plan.unknown
        if setting == "off" or self.plan.prompt_scope(name) is not None or not self._about_llm():
            return False
        kind = self._kind(lo, hi)
        if kind == KVLIST or (self._document is not None and setting != "strict"):
            return False
        text = self.buf[slice(*field(self.buf, lo, hi)[1:3])] if kind == STRING else None
        return unknown.is_content(self.plan, name, text, self.buf[lo:hi])

    def _body(self, lo: int, hi: int) -> bytes | None:
        return self._prompt_body(lo, hi) if self._is_prompt_event() else self._value(lo, hi, b"", None, False)

    def _value(self, lo: int, hi: int, name: bytes, entity: str | None, named: bool) -> bytes | None:
        """An ``AnyValue`` under ``name``; with ``entity`` the name alone makes it sensitive."""
        if hi - lo > 1 and self.buf[lo] == 10:  # a string and nothing else
            _, start, end, number, _ = field(self.buf, lo, hi)
            if end == hi:
                new = self._value_field(start, end, number, name, entity, named)
                return None if new is None else length_delimited(b"\x0a", new)
        if entity is not None or named:
            for _, tag_end, start, end, number in fields(self.buf, lo, hi):
                if start < 0 and number in (INT, DOUBLE) and self._is_number_found(tag_end, end, number, name, entity):
                    return b""  # a number becomes an empty AnyValue
        return self._rebuilt(lo, hi, lambda start, end, number: self._value_field(start, end, number, name, entity, named))

    def _value_field(self, start: int, end: int, number: int, name: bytes, entity: str | None, named: bool) -> bytes | None:
        if number in (STRING, BYTES):
            if entity is not None and plausible(self.buf[start:end], entity):
                new = self._replaced(self.buf[start:end], name, entity)
                if new is not None:
                    return new
            return self._text(start, end, name, with_name=named) if named or self._hit(start, end) else None
        if number == ARRAY:
            return self._elements(start, end, lambda lo, hi: self._value(lo, hi, name, entity, named))
        if number == KVLIST and entity in STRONG:
            return self._elements(start, end, lambda lo, hi: self._below(lo, hi, name, entity))
        if number == KVLIST:
            return self._list(start, end, name) if self._about_llm() or self._hit(start, end) else None
        return self._unknown(start, end) if self._hit(start, end) else None

    def _list(self, lo: int, hi: int, name: bytes) -> bytes | None:
        """A ``KeyValueList`` that is no content by its name; a message may be in it all the same: on a record about a language model it is
        a document, whose members are content or not as those of a JSON document are."""
        work, above = self.work, self._document
        outer = work.speaker
        if self._about_llm() and self.plan.prompts_on:
            if self.plan.prompt_modes.roles_matter:
                work.speaker = outer.within(self._framing(lo, hi)[0], held_by=name)
            path = above[0] if above else ()
            siblings = frozenset(self._name_of(start, end) for _, _, start, end, number in fields(self.buf, lo, hi) if number == 1 and start >= 0)
            self._document = ((*path, name) if name else path, siblings)
        try:
            return self._elements(lo, hi, self._attribute)
        finally:
            work.speaker, self.beside, self._document = outer, (), above  # measures stand beside attributes, not inside their values

    def _below(self, lo: int, hi: int, name: bytes, entity: str | None) -> bytes | None:
        """A member of a list under a sensitive name: its value is as sensitive, its own name is looked at."""
        return self._member(lo, hi, lambda start, end: self._value(start, end, name, entity, True))

    def _is_number_found(self, at: int, end: int, number: int, name: bytes, entity: str | None) -> bool:
        """Whether a number is a finding because of its field's name: ``phone`` = 4155552671."""
        if number == DOUBLE:
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
