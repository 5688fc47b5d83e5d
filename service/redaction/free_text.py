"""What becomes of findings that no anchor led to (known names, recognition): the plan decides about them as about any other."""

from __future__ import annotations

from detectors.markers import marker_spans
from detectors.model import Finding
from service.redaction.edits import Edit
from service.redaction.leaves_model import Gone, Leaf, Verdict
from service.redaction.plan import UNPROCESSABLE, Plan
from service.redaction.report import Redacted, Report
from service.redaction.work import Unprocessable, Work

_NO_RECORD = -2


class FreeText:
    """Turns findings into verdicts about leaves, and counts. For one payload, leaf by leaf in order.

    ``report`` is the payload's so far; :meth:`redacted` gives the one with what was done here.
    """

    def __init__(self, plan: Plan, so_far: Report) -> None:
        self.plan = plan
        self.report = Report()
        self._so_far = so_far
        self._work = Work(plan, self.report)
        self._record = self._touched = self._dropped = _NO_RECORD

    def verdict(self, leaf: Leaf, findings: list[Finding]) -> Verdict:
        """What becomes of ``leaf``; markers in it are no findings."""
        findings = beside_markers(leaf.text, findings)
        if not findings:
            return []
        work = self._begin(leaf)
        try:
            edits = work.resolve(leaf.text, findings, leaf.name)
        except Unprocessable as error:
            return self.unprocessable(leaf, error.reason)
        self._touch(leaf, bool(edits))
        if work.drop_record and leaf.record >= 0:
            self.report.dropped += leaf.record != self._dropped
            self._dropped = leaf.record
            return Gone.RECORD
        return Gone.FIELD if work.drop_field and not leaf.plain else edits

    def unprocessable(self, leaf: Leaf, reason: str) -> Verdict:
        """The leaf goes whole."""
        if leaf.text == UNPROCESSABLE:
            return []
        self._touch(leaf, True)
        return [Edit(0, len(leaf.text), self._begin(leaf).unprocessable(reason))]

    def redacted(self, before: Redacted, payload: bytes) -> Redacted:
        """``payload`` with the counts of before and of here."""
        report = Report()
        report.add(self._so_far)
        report.add(self.report)
        report.touched = min(report.touched, report.records)  # a record may have been touched before, too
        return before._replace(payload=payload, report=report)

    def _begin(self, leaf: Leaf) -> Work:
        work = self._work
        if leaf.record != self._record:
            self._record = leaf.record
            work.begin_record()
        work.place = leaf.place
        work.drop_field = work.drop_record = False
        return work

    def _touch(self, leaf: Leaf, changed: bool) -> None:
        if changed and leaf.record != self._touched:
            self._touched = leaf.record
            self.report.touched += leaf.record >= 0


def beside_markers(text: bytes, findings: list[Finding]) -> list[Finding]:
    """``findings`` without those that touch a marker: ``REDACTED`` looks like a name to some."""
    if not findings:
        return []
    spans = marker_spans(text, 0, len(text))
    if not spans:
        return findings
    return [finding for finding in findings if not any(start < finding.end and finding.start < end for start, end in spans)]
