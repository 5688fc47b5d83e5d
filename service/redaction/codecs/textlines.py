"""Edits for lines of text. What is found is dealt with line by line; a finding may span lines (a PEM block, a list of messages)."""

from __future__ import annotations

from detectors.model import Finding
from detectors.scanner import HITS_PER_WINDOW, WINDOW_BYTES, TooManyHitsError
from service.redaction.edits import Edit, tidy
from service.redaction.jsonleaf import Hits
from service.redaction.plan import UNPROCESSABLE
from service.redaction.work import HITS_PER_LEAF, Unprocessable, Work, touches


def text_edits(work: Work, buf: bytes, lo: int, hi: int, hits: Hits | None = None) -> list[Edit]:
    """Edits for the lines in ``buf[lo:hi]``, which begins and ends at line borders; a finding may reach beyond ``hi``.

    ``hits``: the anchor hits in it, where they are known.
    """
    try:
        if hits is not None and len(hits) <= HITS_PER_LEAF:
            findings = work.plan.text.verified(buf, hits)
        else:
            limit = HITS_PER_LEAF if hi - lo <= WINDOW_BYTES >> 4 else HITS_PER_WINDOW * (1 + (hi - lo) // WINDOW_BYTES)
            findings = work.plan.text.findings(buf, lo, hi, limit=limit)
        if not findings:
            return []
    except TooManyHitsError:
        return _one_by_one(work, buf, lo, hi, "work")
    except Exception:  # fail closed: one line's content made a detector fail; find out which
        return _one_by_one(work, buf, lo, hi, "error")
    edits: list[Edit] = []
    for start, end, group in _by_line(buf, sorted(findings)):
        work.begin_record(end - start)
        work.at = start
        work.report.touched += 1
        try:
            if end - start > work.plan.max_record:
                raise Unprocessable("size")
            found = work.resolve(buf, group, b"")
            if len(found) > 1 or (found and touches(buf, found[0])):
                line = [Edit(a - start, b - start, text) for a, b, text in found]
                found = [Edit(a + start, b + start, text) for a, b, text in work.settled(buf[start:end], line, b"")]
        except Exception as error:  # fail closed
            found = [Edit(start, end, work.unprocessable(error.reason if isinstance(error, Unprocessable) else "error"))]
        if work.drop_record:
            work.report.dropped += 1
            found = [Edit(start, end + 1 if buf[end : end + 1] == b"\n" else end, b"")]
        work.report.touched -= not found
        edits.extend(found)
    return tidy(edits)


def _by_line(buf: bytes, findings: list[Finding]) -> list[tuple[int, int, list[Finding]]]:
    """``(start, end, findings)`` of each run of lines that findings tie together, the end without its newline."""
    groups: list[tuple[int, int, list[Finding]]] = []
    for finding in findings:
        if groups and finding.start < groups[-1][1]:
            start, end, group = groups[-1]
            group.append(finding)
            if finding.end > end:
                groups[-1] = (start, _line_end(buf, finding.end), group)
        else:
            groups.append((buf.rfind(b"\n", 0, finding.start) + 1, _line_end(buf, finding.end), [finding]))
    return groups


def _line_end(buf: bytes, at: int) -> int:
    end = buf.find(b"\n", at)
    return len(buf) if end < 0 else end


def _one_by_one(work: Work, buf: bytes, lo: int, hi: int, reason: str) -> list[Edit]:
    end = _line_end(buf, lo)
    if end >= hi or (end == hi - 1):  # a single line: it is the one
        body_end = min(end, hi)
        already = buf[lo:body_end] == UNPROCESSABLE
        return [] if already or body_end <= lo else [Edit(lo, body_end, work.unprocessable(reason))]
    edits: list[Edit] = []
    while lo < hi:
        end = min(_line_end(buf, lo) + 1, hi)
        edits.extend(text_edits(work, buf, lo, end))
        lo = end
    return edits
