"""One OTLP protobuf payload: which parts of it an anchor hit, and its leaves. Spans are byte offsets into the payload."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable

from detectors.llm_scope import about_llm
from detectors.scanner import HITS_PER_WINDOW, WINDOW_BYTES, TooManyHitsError
from service.redaction.codecs.wire import fields, length_delimited
from service.redaction.edits import apply
from service.redaction.jsonleaf import JSON_STARTS, leaf_edits
from service.redaction.jsonparts import unique_name
from service.redaction.plan import SENSITIVE_FIELD, Plan
from service.redaction.report import Report
from service.redaction.work import Unprocessable, Work

NEVER = 1 << 62
DROPPED = b"\x00dropped"
"""Stands for a field that goes; compared by identity."""

RewriteSpan = Callable[[int, int], "bytes | None"]
Change = Callable[[int, int, int], "bytes | None"]
"""``(start, end, field number)`` of a field's content -> what it becomes, :data:`DROPPED`, or ``None``."""


class Leaves(ABC):
    """The hits in a payload, and what becomes of a text, a name or a list's elements. A method returns ``None`` where nothing changes."""

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
        self._ends.append(NEVER)
        self._prompt_ends = [end for end, pattern in hits if pattern in prompts]
        self._prompt_ends.append(NEVER)
        self._index = 0
        self._known = len(plan.text.patterns)

    @abstractmethod
    def _unknown(self, start: int, end: int) -> bytes | None:
        """A field this schema doesn't know."""

    def _hit(self, start: int, end: int) -> bool:
        """Whether an anchor's match ends in ``buf[start:end]``; may be asked for any span."""
        return self._everything or self._ends[bisect_right(self._ends, start)] <= end

    def _inside(self, start: int, end: int) -> list[tuple[int, int]] | None:
        """The hits in a text, in its own coordinates; ``None`` where one is not a detector's own, so that the text must be scanned."""
        first, known = bisect_right(self._ends, start), self._known
        found = []
        for at, pattern in self._hits[first : bisect_right(self._ends, end, first)]:
            if pattern >= known:
                return None
            found.append((at - start, pattern))
        return found

    def _about_llm(self) -> bool:
        """Whether the record is about a language model: the name of a prompt field hit, and the record's bytes bear it out."""
        if self._llm is None:
            start, end = self._record
            named = self._everything or self._prompt_ends[bisect_right(self._prompt_ends, start)] <= end
            self._llm = named and about_llm(self.buf, start, end, protobuf=True)
        return self._llm

    def _text(self, start: int, end: int, name: bytes = b"", *, with_name: bool = False) -> bytes | None:
        text = self.buf[start:end]
        try:
            hits = None if with_name or self._everything or text[:1] in JSON_STARTS else self._inside(start, end)
            edits = leaf_edits(self.work, text, name, with_name=with_name) if hits is None else self.work.hit_edits(text, hits, name)
        except Unprocessable as error:
            return self.work.unprocessable(error.reason)
        return apply(text, edits) if edits else None

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

    def _replaced(self, value: bytes, name: bytes, entity: str) -> bytes | None:
        return self.work.whole(value, SENSITIVE_FIELD, entity, name)

    def _rebuilt(self, lo: int, hi: int, change: Change) -> bytes | None:
        """``buf[lo:hi]`` with its length-delimited fields as ``change`` wants them; ``None`` if it wants none changed."""
        buf = self.buf
        parts: list[bytes] = []
        kept = lo
        for begin, tag_end, start, end, number in fields(buf, lo, hi):
            new = change(start, end, number) if start >= 0 else None
            if new is None:
                continue
            parts.append(buf[kept:begin])
            if new is not DROPPED:
                parts.append(length_delimited(buf[begin:tag_end], new))
            kept = end
        return b"".join([*parts, buf[kept:hi]]) if parts else None

    def _elements(self, lo: int, hi: int, rewrite: RewriteSpan) -> bytes | None:
        """The elements of an ``ArrayValue`` or a ``KeyValueList``. A dropped array element becomes an empty ``AnyValue``."""

        def element(start: int, end: int, number: int) -> bytes | None:
            new = rewrite(start, end) if number == 1 else None
            if self.work.drop_field:
                self.work.drop_field, new = False, b""
            return new

        return self._rebuilt(lo, hi, element)

    def _member(self, lo: int, hi: int, value: RewriteSpan) -> bytes | None:
        """A ``KeyValue`` whose value ``value`` rewrites; its name and what else is in it are looked at where they are hit."""

        def part(start: int, end: int, number: int) -> bytes | None:
            if number == 2:
                return value(start, end)
            if not self._hit(start, end):
                return None
            return self._name(start, end) if number == 1 else self._unknown(start, end)

        new = self._rebuilt(lo, hi, part)
        if self.work.drop_field:
            self.work.drop_field = False
            return DROPPED
        return new
