"""OTLP protobuf attributes and values: ``KeyValue`` and ``AnyValue`` (opentelemetry-proto, common/v1)."""

from __future__ import annotations

import struct

from detectors.field_names import plausible
from service.redaction.codecs.otlp_leaves import DROPPED, Leaves
from service.redaction.codecs.wire import field, fields, length_delimited, varint
from service.redaction.jsonedit import STRONG
from service.redaction.prompts import content_text, is_structure
from service.redaction.work import Unprocessable

_STRING, _ARRAY, _KVLIST, _BYTES = 1, 5, 6, 7
_EVENT_RECORD = (b"gen_ai.choice", b".message", b"gen_ai.content.", b"gen_ai.client.inference.operation.details")


class Values(Leaves):
    """Attributes and values: a name may make its value sensitive, or a prompt."""

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
        """Whether an attribute that no anchor hit has a name that counts in records about language models (``exception.message``)."""
        return any(
            number == 1 and start >= 0 and self.plan.prompt_scope(self.buf[start:end]) == "llm"
            for _, _, start, end, number in fields(self.buf, lo, hi)
        )

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
        if entity is not None or named:
            for _, tag_end, start, end, number in fields(self.buf, lo, hi):
                if start < 0 and number in (3, 4) and self._is_number_found(tag_end, end, number, name, entity):
                    return b""  # a number becomes an empty AnyValue
        return self._rebuilt(lo, hi, lambda start, end, number: self._value_field(start, end, number, name, entity, named))

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
        return self._member(lo, hi, lambda start, end: self._value(start, end, name, entity, True))

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

    def _content(self, lo: int, hi: int, name: bytes) -> bytes | None:
        """An ``AnyValue`` that is prompt content: every string in it goes, its shape stays."""
        return self._rebuilt(lo, hi, lambda start, end, number: self._content_field(start, end, number, name))

    def _content_field(self, start: int, end: int, number: int, name: bytes) -> bytes | None:
        if number in (_STRING, _BYTES):
            text = self.buf[start:end]
            if is_structure(name, text):
                return self._text(start, end, name) if self._hit(start, end) else None
            return content_text(self.work, text, name)
        if number == _ARRAY:
            return self._elements(start, end, lambda lo, hi: self._content(lo, hi, name))
        return self._elements(start, end, self._content_member) if number == _KVLIST else None

    def _content_member(self, lo: int, hi: int) -> bytes | None:
        """A member of prompt content: its name stays, unless the name itself is a finding."""
        name = next((self.buf[start:end] for _, _, start, end, number in fields(self.buf, lo, hi) if number == 1 and start >= 0), b"")
        if self.plan.prompt_keys.keeps(name):
            return self._attribute(lo, hi) if self._hit(lo, hi) else None
        return self._member(lo, hi, lambda start, end: self._content(start, end, name))
