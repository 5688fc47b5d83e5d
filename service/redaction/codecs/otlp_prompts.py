"""OTLP protobuf: attributes and values that are prompt content. Every string in them goes, or what the speaker's mode leaves; their shape stays."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from service.redaction.codecs.otlp_leaves import Leaves
from service.redaction.codecs.wire import encode_varint, fields, length_delimited
from service.redaction.prompt_content import content_text
from service.redaction.prompt_fields import is_argument, is_structure, is_text_as_numbers, tool_values
from service.redaction.prompt_metadata import Measures, Told
from service.redaction.prompt_roles import FRAMING, MESSAGE, NOBODY, Speaker, event_role, framing_of, role_named, role_names

STRING, DOUBLE, INT, ARRAY, KVLIST, BYTES = 1, 4, 3, 5, 6, 7
"""Fields of ``AnyValue`` (opentelemetry-proto, common/v1)."""

_EVENT, _EVENT_NAME, _LOG_EVENT_NAME = 11, 2, 12
_EVENT_RECORD = (b"gen_ai.choice", b".message", b"gen_ai.content.", b"gen_ai.client.inference.operation.details")
_LONGEST_ROLE = 64


class PromptValues(Leaves):
    """Content of prompts in attributes, bodies and values."""

    beside: tuple[bytes, ...] | list[bytes] = ()
    """Attributes that are to stand beside the one just looked at."""

    _roles_of: tuple[int, int] = (-1, -1)
    _numbered: dict[bytes, bytes]
    _events: list[tuple[int, int, Speaker]]

    @abstractmethod
    def _attribute(self, lo: int, hi: int) -> bytes | None:
        """A ``KeyValue``."""

    @abstractmethod
    def _value_field(self, start: int, end: int, number: int, name: bytes, entity: str | None, named: bool) -> bytes | None:
        """A field of an ``AnyValue`` under ``name``."""

    @abstractmethod
    def _is_number_found(self, at: int, end: int, number: int, name: bytes, entity: str | None) -> bool:
        """Whether a number is a finding because of its field's name."""

    def _is_prompt_event(self) -> bool:
        """Whether the log record is an event whose body is content."""
        record = self.buf[self._record[0] : self._record[1]]
        return b"gen_ai." in record and any(event in record for event in _EVENT_RECORD) and self.work.redacts_prompts(b"")

    def _prompt_body(self, lo: int, hi: int) -> bytes | None:
        """A log record's body that is content."""
        self.work.speaker = self._speaker(lo, b"") if self.work.plan.prompt_modes.roles_matter else NOBODY
        new = self._content(lo, hi, b"", False)
        self.work.speaker = NOBODY
        return new

    def _prompt_attribute(self, lo: int, hi: int, name: bytes, above: bytes = b"") -> bytes | None:
        """The ``AnyValue`` of an attribute, or of a document's member, that is content; ``above`` is the name its list stands under."""
        work = self.work
        outer = work.speaker
        if work.plan.prompt_modes.roles_matter:
            work.speaker = self._speaker(lo, name).under(name) if outer is NOBODY else outer.under(name)
        if not self.plan.policy.prompts.metadata:
            new = self._content(lo, hi, name, is_argument(name), above)
        else:
            work.measures = Measures()
            new = self._content(lo, hi, name, is_argument(name), above)
            if work.measures.chars and not self.plan.text.findings(name):
                self.beside = as_protobuf(work.measures.told(name.decode("utf-8", "replace"), self.plan.name))
            work.measures = None
        work.speaker = outer
        return new

    def _speaker(self, at: int, name: bytes) -> Speaker:
        """Whose words the record's attribute ``name`` at ``at`` holds, as its sibling ``….role`` or the event it belongs to tells."""
        if self._roles_of != self._record:
            self._roles_of = self._record
            self._numbered, self._events = self._siblings(*self._record)
        for sibling in role_names(name):
            role = role_named(self._numbered.get(sibling, b""))
            if role is not None:
                return Speaker(role, MESSAGE)
        before = bisect_right(self._events, at, key=lambda event: event[0]) - 1
        return self._events[before][2] if before >= 0 and at < self._events[before][1] else NOBODY

    def _siblings(self, lo: int, hi: int) -> tuple[dict[bytes, bytes], list[tuple[int, int, Speaker]]]:
        """The record's attributes ``….role``, and its events whose names tell a role; each looked for once in a record."""
        numbered = dict(self._words(lo, hi, b".role"))
        events = list(self._role_events(lo, hi))
        for ending in (b"event.name", b"event_name"):
            events += [(lo, hi, Speaker(role, MESSAGE)) for _, word in self._words(lo, hi, ending) if (role := event_role(word))]
        return numbered, sorted(events)

    def _words(self, lo: int, hi: int, ending: bytes) -> Iterator[tuple[bytes, bytes]]:
        """``(name, value)`` of attributes whose name ends so and whose value is a short string."""
        buf = self.buf
        at = buf.find(ending + b"\x12", lo, hi)
        while at >= 0:
            end = at + len(ending)
            sizes = (size for size in range(len(ending), min(128, end - lo)) if buf[end - size - 1] == size and buf[end - size - 2] == 10)
            size = next(sizes, 0)
            if size and end + 4 < hi and buf[end + 2] == 10 and buf[end + 3] <= _LONGEST_ROLE:
                yield buf[end - size : end], buf[end + 4 : end + 4 + buf[end + 3]]
            at = buf.find(ending + b"\x12", end, hi)

    def _role_events(self, lo: int, hi: int) -> Iterator[tuple[int, int, Speaker]]:
        """``(start, end, speaker)`` of the record's events, or of the record itself where it is a log event."""
        buf = self.buf
        for _, _, start, end, number in fields(buf, lo, hi):
            if start < 0 or number not in (_EVENT, _LOG_EVENT_NAME):
                continue
            if number == _LOG_EVENT_NAME:
                role = event_role(buf[start:end])
                start, end = lo, hi
            else:
                names = (buf[a:b] for _, _, a, b, inner in fields(buf, start, end) if inner == _EVENT_NAME and a >= 0)
                role = event_role(next(names, b""))
            if role is not None:
                yield start, end, Speaker(role, MESSAGE)

    def _content(self, lo: int, hi: int, name: bytes, strict: bool, above: bytes = b"") -> bytes | None:
        """An ``AnyValue`` that is content of the speaker at hand."""
        for _, tag_end, start, end, number in fields(self.buf, lo, hi):
            if start < 0 and number in (INT, DOUBLE) and self._number_goes(tag_end, end, number, name, strict):
                return b""  # a number becomes an empty AnyValue
        return self._rebuilt(lo, hi, lambda start, end, number: self._content_field(start, end, number, name, strict, above))

    def _number_goes(self, at: int, end: int, number: int, name: bytes, strict: bool) -> bool:
        if strict and self.work.prompt(b"0", name) is not None:
            return True
        return self._is_number_found(at, end, number, name, self.plan.entity_of(name))

    def _content_field(self, start: int, end: int, number: int, name: bytes, strict: bool, above: bytes) -> bytes | None:
        if number in (STRING, BYTES):
            text = self.buf[start:end]
            if not strict and is_structure(name, text):
                return self._text(start, end, name) if self._hit(start, end) else None
            new = content_text(self.work, text, name, strict=strict, above=above)
            if new is None:
                outer, self.work.speaker = self.work.speaker, self.work.speaker.settled()
                new = self._value_field(start, end, number, name, self.plan.entity_of(name), True)
                self.work.speaker = outer
                return new
            return None if new == text and not self.work.drop_field else new
        if number == ARRAY:
            if end > start and is_text_as_numbers(name, above) and self.work.prompt(b"[]", name, readable=False) is not None:
                return b""
            return self._elements(start, end, lambda lo, hi: self._content(lo, hi, name, strict, above))
        return self._content_list(start, end, name, strict) if number == KVLIST else None

    def _content_list(self, start: int, end: int, name: bytes, strict: bool) -> bytes | None:
        """A ``KeyValueList``: an object, whose members may tell whose words are in it."""
        work = self.work
        outer = work.speaker
        framing, tools = self._framing(start, end)
        own = outer.within(framing, held_by=name)
        if work.measures is not None:
            work.measures.entered(framing, outer, own)

        def member(lo: int, hi: int) -> bytes | None:
            inner = self._name_of(lo, hi)
            if self.plan.prompt_keys.keeps(inner):
                return self._attribute(lo, hi) if self._hit(lo, hi) else None
            work.speaker = own.under(inner)
            inner_strict = strict or inner in tools or is_argument(inner)
            return self._member(lo, hi, lambda start, end: self._content(start, end, inner, inner_strict, name))

        new = self._elements(start, end, member)
        work.speaker = outer
        return new

    def _name_of(self, lo: int, hi: int) -> bytes:
        return next((self.buf[start:end] for _, _, start, end, number in fields(self.buf, lo, hi) if number == 1 and start >= 0), b"")

    def _framing(self, lo: int, hi: int) -> tuple[dict[bytes, bytes], frozenset[bytes]]:
        """The members of a list that tell whose words are in it, and those that hold a tool's values."""
        pairs: list[tuple[bytes, bytes]] = []
        names = []
        for _, _, start, end, number in fields(self.buf, lo, hi):
            if number != 1 or start < 0:
                continue
            name = self._name_of(start, end)
            names.append(name)
            if name in FRAMING and end - start <= 2 * _LONGEST_ROLE:
                pairs.extend((name, self._word(a, b)) for _, _, a, b, inner in fields(self.buf, start, end) if inner == 2 and a >= 0)
        framing = framing_of(pairs)
        return framing, tool_values(names, framing)

    def _word(self, lo: int, hi: int) -> bytes:
        """The string of an ``AnyValue``."""
        return next((self.buf[start:end] for _, _, start, end, number in fields(self.buf, lo, hi) if number == STRING and start >= 0), b"")


def as_protobuf(attributes: Mapping[str, Told]) -> list[bytes]:
    """Each attribute as a ``KeyValue`` message."""
    return [length_delimited(b"\x0a", name.encode()) + length_delimited(b"\x12", _any(value)) for name, value in attributes.items()]


def _any(value: Told) -> bytes:
    if isinstance(value, int):
        return b"\x18" + encode_varint(value)
    if isinstance(value, str):
        return length_delimited(b"\x0a", value.encode())
    return length_delimited(b"\x2a", b"".join(length_delimited(b"\x0a", _any(one)) for one in value))
