"""Side copies: a prompt's string that recurs elsewhere in its record, or in another record of its trace, goes there too.

What is looked for are strings of twenty characters and more that were redacted as prompt content in this very payload (``Work.prompts``);
where the policy lets prompts through nothing is. Copies are found by exact search in what has been rewritten, whatever it was escaped with
(``copies_needles``), and only a record in which something was found is read leaf by leaf. What is found becomes the prompt's marker, in the
leaf's own syntax, and is counted as ``prompt_copy``.

A record is a line, a document, a span, a log record; in plain text, a line that begins like a record with the lines behind it that don't. It
belongs to the traces whose ids it names. Names of fields, ids, structure and what is on the keep list stay; so does what a resource or
a scope says, which holds for records of any trace. Where a record can't be read, its content goes.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator

import hyperscan

from detectors.markers import is_marker
from detectors.model import Finding, Span
from detectors.scanner import is_id_name
from service.redaction.actions import Match
from service.redaction.copies_needles import Needles, literals
from service.redaction.copies_pieces import SHORTEST
from service.redaction.copies_view import plain
from service.redaction.edits import Edit, apply
from service.redaction.leaves import Leaf, Verdict
from service.redaction.plan import PROMPT_COPY
from service.redaction.prompt_fields import is_structure
from service.redaction.work import Work

_COPY = Finding(0, 0, PROMPT_COPY, "prompt", 0.8)
_QUOTED = re.compile(
    rb"""(?:["'](?P<name>[\w.]{1,64})["']\s{0,4}:\s{0,4})?(?P<quote>["'])(?P<text>(?:[^"'\\]++|\\.|(?!(?P=quote))["'])*+)(?P=quote)(?!\s{0,4}:)""",
    re.DOTALL,
)
_NAME_BEFORE = re.compile(rb"([\w.\-]{1,128})\\{0,15}[\"']?\]?\s{0,2}[:=]\s{0,2}\\{0,15}[\"']?\Z")
_IS_NAME = re.compile(rb"\\{0,15}[\"']\s{0,4}:")
_ENDS = re.compile(rb"[\s\\\"',;)\]}]|\Z")
_TRACE = re.compile(rb"trace[\w.\-/]{0,24}\\{0,7}[\"']?\s{0,2}[=:]\s{0,2}\\{0,7}[\"']?([\w:/=;.\-]{8,160})", re.IGNORECASE)
_TRACE_ID = re.compile(rb"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}-[0-9a-fA-F-]{24,27}|[0-9a-zA-Z]{16,64}|[0-9]{8,20}")
_IDS_AT_ONCE = 1 << 14
_HEAD = 8
"""Bytes of an id that are looked for first: shorter literals compile faster."""

_FIND_BYTES = 1 << 19
"""Bytes times ids up to which each id is looked for by itself; beyond, compiling a database (15 µs an id) is cheaper."""


class Records(ABC):
    """How a wire format is cut into records. Offsets are into what was rewritten."""

    @abstractmethod
    def around(self, at: int) -> Span:
        """The record that holds the byte at ``at``; an empty span where none does."""

    @abstractmethod
    def trace(self, record: bytes) -> bytes:
        """The id of the record's trace, as it is written there; empty where it names none."""

    @abstractmethod
    def revised(self, look: Look, record: bytes) -> bytes:
        """The record with the edits that ``look`` asks for; the very object given where it asks for none."""

    @abstractmethod
    def blank(self, record: bytes) -> bytes:
        """The record without its content."""

    def put(self, out: bytes, changes: dict[Span, bytes]) -> bytes:
        """``out`` with records changed; they come in the order they stand."""
        return apply(out, [Edit(*region, new) for region, new in changes.items()])


class Look:
    """What becomes of a leaf: copies of ``needles`` in it go."""

    def __init__(self, work: Work, needles: Needles) -> None:
        self._work = work
        self._needles = needles

    def __call__(self, leaf: Leaf) -> Verdict:
        if leaf.kind not in ("string", "bytes", "opaque") or leaf.record < 0 or self._exempt(leaf.name, leaf.text):
            return []
        return self.edits(leaf.text, leaf.name, leaf.place)

    def edits(self, text: bytes, name: bytes, place: str) -> list[Edit]:
        """Edits for a text under ``name``."""
        spans = [span for span in self._needles.ranges(text) if not self._named(text, span)]
        if not spans:
            return []
        decision = self._work.plan.decide(_COPY, place, name)
        self._work.report.findings[PROMPT_COPY, decision.outcome, place] += len(spans)
        if not decision.enforce:
            return []
        return [Edit(a, b, decision.action.render(Match(plain(text[a:b]), "prompt", "prompt")) or b"") for a, b in spans]

    def _exempt(self, name: bytes, value: bytes) -> bool:
        last = name.rsplit(b".", 1)[-1]
        keeps = self._work.plan.prompt_keys.keeps
        return keeps(name) or keeps(last) or is_structure(last, value) or is_id_name(name)

    def _named(self, text: bytes, span: Span) -> bool:
        """Whether what looks like a copy is a field's name, or all of the value of an exempt field, within the text."""
        start, end = span
        if text[start - 1 : start] in (b'"', b"'") and _IS_NAME.match(text, end):
            return True
        before = _NAME_BEFORE.search(text, max(0, start - 160), start)
        return before is not None and _ENDS.match(text, end) is not None and self._exempt(before.group(1), text[start:end])


def needles_of(value: bytes) -> Iterator[bytes]:
    """The strings in redacted content that must not recur. Of a list or an object in text (a Python ``repr``) these are the strings in it."""
    value = value.strip()
    if len(value) < SHORTEST or is_marker(value):
        return
    if value[0] in b"[{(" and value[-1:] in (b"]", b"}", b")"):
        for found in _QUOTED.finditer(value):
            text = found.group("text").strip()
            if _long(text) and not (found.group("name") and is_structure(found.group("name"), text)):
                yield text
    elif _long(value):
        yield value


def _long(text: bytes) -> bool:
    return len(text) >= SHORTEST and (text.isascii() or len(text.decode("utf-8", "ignore")) >= SHORTEST)


def trace_of(record: bytes) -> bytes:
    """The trace id that a line names (``trace_id``, ``dd.trace_id``, ``traceparent``, …)."""
    for found in _TRACE.finditer(record):
        value = _TRACE_ID.search(found.group(1))
        if value is not None and value.group().strip(b"0-"):
            return value.group()
    return b""


def without_copies(work: Work, payload: bytes, edits: list[Edit], make: Callable[[bytes], Records]) -> bytes:
    """``payload`` with ``edits`` made, and without copies of what they have taken out. ``make`` cuts that into records.

    ``Work.at`` was an offset into ``payload`` within the record.
    """
    out = apply(payload, edits) if edits else payload
    if not work.prompts:
        return out
    records = make(out)
    return freed(work, out, records, ((records.around(at), value) for at, value in _moved(work.prompts, edits)))


def freed(work: Work, out: bytes, records: Records, prompts: Iterable[tuple[Span, bytes]]) -> bytes:
    """``out`` without copies of ``prompts``: each with its record."""
    own: dict[Span, list[bytes]] = {}
    for region, value in prompts:
        texts = list(needles_of(value))
        if texts and region[0] < region[1]:
            own.setdefault(region, []).extend(texts)
    work.prompts.clear()
    changes = dict(_cleaned(work, out, records, own)) if own else {}
    return records.put(out, changes) if changes else out


def _moved(prompts: list[tuple[int, bytes]], edits: list[Edit]) -> Iterator[tuple[int, bytes]]:
    """``prompts`` with the offsets that their records have once ``edits`` are made; what is in a record that goes is left out."""
    shift = i = 0
    for at, value in sorted(prompts, key=lambda prompt: prompt[0]):
        while i < len(edits) and edits[i].end <= at:
            shift += len(edits[i].text) - (edits[i].end - edits[i].start)
            i += 1
        inside = i < len(edits) and edits[i].start <= at
        if not inside:
            yield at + shift, value
        elif edits[i].text:
            yield edits[i].start + shift, value


def _cleaned(work: Work, out: bytes, records: Records, own: dict[Span, list[bytes]]) -> Iterator[tuple[Span, bytes]]:
    """``(record, what it becomes)`` for the records that hold copies, ascending."""
    traces: dict[bytes, list[bytes]] = {}
    members: dict[bytes, dict[Span, None]] = {}
    wanted: dict[Span, list[Needles]] = {}
    for region, texts in own.items():
        trace = records.trace(out[region[0] : region[1]])
        if trace:
            traces.setdefault(trace, []).extend(texts)
            members.setdefault(trace, {})[region] = None
        else:
            wanted[region] = [Needles(texts, region[1] - region[0])]
    for trace, at in named_at(out, list(traces)):
        regions = members[trace]
        if not any([lo <= at < hi for lo, hi in regions]):  # noqa: C419  # most often one region: a generator costs more
            regions[records.around(at)] = None
    for trace, regions in members.items():
        needles = Needles(traces[trace], sum(hi - lo for lo, hi in regions))
        for region in regions:
            wanted.setdefault(region, []).append(needles)
    done = 0
    for (lo, hi), every in sorted(wanted.items(), key=lambda item: item[0]):
        if lo < done or lo >= hi:
            continue
        record = out[lo:hi]
        new = cleaned(work, records, record, every)
        if new is not record:
            done = hi
            work.report.touched += (lo, hi) not in own
            yield (lo, hi), new


def cleaned(work: Work, records: Records, record: bytes, every: list[Needles]) -> bytes:
    """``record`` without copies of any of ``every``; the very object given where it holds none."""
    new = record
    try:
        for needles in every:
            if needles.in_(new, 0, len(new)):
                new = records.revised(Look(work, needles), new)
    except Exception:  # fail closed: whatever it was, the record's content goes
        work.unprocessable("error")
        new = records.blank(record)
    return new


def named_at(out: bytes, ids: list[bytes]) -> Iterator[tuple[bytes, int]]:
    """``(id, offset)`` wherever one of the ids stands in ``out``. Linear, however many there are."""
    if len(ids) * len(out) <= _FIND_BYTES:
        for each in ids:
            at = out.find(each)
            while at >= 0:
                yield each, at
                at = out.find(each, at + len(each))
        return
    for first in range(0, len(ids), _IDS_AT_ONCE):
        heads: dict[bytes, list[bytes]] = {}
        for each in ids[first : first + _IDS_AT_ONCE]:
            heads.setdefault(each[:_HEAD], []).append(each)
        order = list(heads)
        found: list[tuple[int, int]] = []

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object, found: list[tuple[int, int]] = found) -> None:
            found.append((number, end))

        database = literals(order)
        database.scan(out, match_event_handler=on_match, scratch=hyperscan.Scratch(database))
        for number, end in found:
            at = end - len(order[number])
            yield from ((each, at) for each in heads[order[number]] if out.startswith(each, at))
