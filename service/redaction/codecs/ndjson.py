"""NDJSON: a JSON document on each line. A line that is none is text.

The buffer is scanned once; a line is gone into only where an anchor hit. Source: github.com/ndjson/ndjson-spec.
"""

from __future__ import annotations

from detectors.scanner import HITS_PER_WINDOW, WINDOW_BYTES, TooManyHitsError
from service.redaction import jsondoc
from service.redaction.codecs.textlines import text_edits
from service.redaction.copies import without_copies
from service.redaction.copies_lines import Lines
from service.redaction.edits import Edit, apply, tidy
from service.redaction.islands import Islands
from service.redaction.jsonedit import LocalEdits
from service.redaction.jsonleaf import Hits, document_edits
from service.redaction.jsonplain import one_string
from service.redaction.plan import UNPROCESSABLE, Plan
from service.redaction.report import Redacted, Report
from service.redaction.work import Unprocessable, Work

_KEPT = frozenset(
    b"ts time timestamp @timestamp level severity lvl logger trace_id span_id traceId spanId timeUnixNano observedTimeUnixNano"
    b" startTimeUnixNano endTimeUnixNano severityNumber".split()
)
"""What stays of a record whose content can't be examined: time, severity and ids."""


class Ndjson:
    """Codec for NDJSON; takes any bytes."""

    name = "ndjson"

    def rewrite(self, payload: bytes, plan: Plan) -> Redacted:
        """Never raises: a line that can't be examined loses its content."""
        report = Report()
        report.records = payload.count(b"\n") + (not payload.endswith(b"\n") and bool(payload))
        work = Work(plan, report)
        edits = lines_edits(work, payload)
        return Redacted(without_copies(work, payload, edits, lambda out: Lines(out, blank)), report)


def lines_edits(work: Work, buf: bytes) -> list[Edit]:
    """Edits for all lines of ``buf``."""
    try:
        hits = work.plan.json.candidates(buf, limit=HITS_PER_WINDOW * (1 + len(buf) // WINDOW_BYTES))
    except TooManyHitsError:
        return _each_line(work, buf)
    edits: list[Edit] = []
    islands = Islands(buf)
    local = LocalEdits(work, buf, 0, 0)
    spans = False
    at, count = 0, len(hits)
    while at < count:
        end = buf.find(b"\n", hits[at][0] - 1)
        if end < 0:
            end = len(buf)
        lo = buf.rfind(b"\n", 0, hits[at][0] - 1) + 1
        first = at
        while at < count and hits[at][0] <= end:
            at += 1
        if at == first:  # the hit ends in the newline itself
            at += 1
        found, done = line_edits(work, buf, lo, end, hits[first:at], islands, local)
        if done > end:
            spans = True
            while at < count and hits[at][0] <= done:
                at += 1
        spans = spans or bool(found and found[-1].end > end)
        edits.extend(found)
    return tidy(edits) if spans else edits


def line_edits(work: Work, buf: bytes, lo: int, hi: int, hits: Hits, islands: Islands, local: LocalEdits | None = None) -> tuple[list[Edit], int]:
    """Edits for the line ``buf[lo:hi]`` (without its newline), and how far they have seen to ``buf``.

    Of text, findings may reach beyond the line; so may a pretty-printed document that the line belongs to.
    """
    line = buf[lo:hi]
    work.at = lo
    if (line[:1] not in (b"{", b"[") and line.lstrip()[:1] not in (b"{", b"[")) or not jsondoc.well_formed(line):
        return _text_line(work, buf, lo, hi, hits, islands)
    return document_line(work, buf, lo, hi, hits, local), hi


def _text_line(work: Work, buf: bytes, lo: int, hi: int, hits: Hits, islands: Islands) -> tuple[list[Edit], int]:
    structural = work.plan.json_structural_patterns
    at = next((end for end, pattern in hits if pattern in structural), 0)
    begins = buf[lo:hi].lstrip()[:1] in (b"{", b"[")
    island = islands.around(at - 1, lo, hi) if at else None
    if island is None:
        cut = islands.cut(lo, hi, at) if at or begins else None
        return (text_edits(work, buf, lo, hi, hits) if cut is None else _cut_line(work, buf, lo, hi, *cut)), hi
    start, end = island
    try:
        inner = work.plan.json.candidates(buf, start, end)
    except TooManyHitsError:
        work.unprocessable("work")
        return [Edit(start, end, blank(buf[start:end]))], hi if end <= hi else end
    done = buf.find(b"\n", end)
    done = len(buf) if done < 0 else done
    edits = text_edits(work, buf, lo, start) if lo < start else []
    edits += document_line(work, buf, start, end, inner)
    if end < done:
        edits += text_edits(work, buf, end, done)
    return tidy(edits), done


def _cut_line(work: Work, buf: bytes, lo: int, hi: int, start: int, suffix: bytes) -> list[Edit]:
    """Edits for a line whose document, from ``start`` on, was cut off and would be whole with ``suffix``."""
    whole = buf[start:hi] + suffix
    try:
        hits = work.plan.json.candidates(whole)
    except TooManyHitsError:
        return [Edit(start, hi, work.unprocessable("work"))]
    limit = hi - start
    edits = text_edits(work, buf, lo, start) if lo < start else []
    for a, b, text in document_line(work, whole, 0, len(whole), hits):
        if a < limit:
            edits.append(Edit(a + start, min(b, limit) + start, text))
    return edits


def document_line(work: Work, buf: bytes, lo: int, hi: int, hits: Hits, local: LocalEdits | None = None) -> list[Edit]:
    """Edits for the JSON document ``buf[lo:hi]``. Where it can't be examined its content goes; time, severity and ids stay."""
    work.begin_record(hi - lo)
    if hi - lo > work.plan.max_record:
        work.unprocessable("size")
        return [Edit(lo, hi, blank(buf[lo:hi]) if hi - lo < 4 * work.plan.max_record else UNPROCESSABLE)]
    try:
        edits = one_string(work, buf, lo, hi, hits)
        if edits is not None:
            work.report.touched += bool(edits)
            return edits
        edits = document_edits(work, buf, lo, hi, hits, local)
        if edits and not work.drop_record and not jsondoc.well_formed(apply(buf, edits, lo, hi)):
            raise Unprocessable("edit")
    except Exception as error:  # fail closed
        reason = error.reason if isinstance(error, Unprocessable) else "work" if isinstance(error, TooManyHitsError) else "error"
        work.unprocessable(reason)
        edits = [Edit(lo, hi, blank(buf[lo:hi]))]
    if work.drop_record:
        work.report.dropped += 1
        return [Edit(lo, hi + 1 if buf[hi : hi + 1] == b"\n" else hi, b"")]
    work.report.touched += bool(edits)
    return edits


def _each_line(work: Work, buf: bytes) -> list[Edit]:
    """More hits than are listed at once: line by line, each with its own budget."""
    edits: list[Edit] = []
    islands = Islands(buf)
    lo = 0
    while lo < len(buf):
        end = buf.find(b"\n", lo)
        end = len(buf) if end < 0 else end
        try:
            hits = work.plan.json.candidates(buf, lo, end)
            found = line_edits(work, buf, lo, end, hits, islands)[0] if hits else []
        except TooManyHitsError:
            work.unprocessable("work")
            found = [Edit(lo, end, blank(buf[lo:end]))]
        edits.extend(found)
        lo = end + 1
    return tidy(edits)


def blank(line: bytes) -> bytes:
    """A JSON record without its content: time, severity and ids, and a marker."""
    kept = []
    if line.lstrip()[:1] == b"{" and jsondoc.well_formed(line):
        root = jsondoc.tree(line, 0, len(line), 4)
        for (start, end), child in zip(root.names, root.children, strict=False):
            value = line[child.start : child.end]
            if line[start + 1 : end - 1] in _KEPT and child.kind in '"0' and len(value) <= 64:
                kept.append(line[start:end] + b":" + value)
        return b"{" + b",".join([*kept, b'"message":"' + UNPROCESSABLE + b'"']) + b"}"
    return UNPROCESSABLE
