"""One JSON document, pretty-printed or not. What is not well-formed is NDJSON or text."""

from __future__ import annotations

from service.redaction import jsondoc
from service.redaction.codecs.ndjson import Ndjson, document_line
from service.redaction.edits import apply
from service.redaction.plan import Plan
from service.redaction.report import Redacted, Report
from service.redaction.work import Work
from detectors.scanner import HITS_PER_WINDOW, WINDOW_BYTES, TooManyHitsError


class Json:
    """Codec for a single JSON document (RFC 8259)."""

    name = "json"

    def rewrite(self, payload: bytes, plan: Plan) -> Redacted:
        """Never raises. A payload of several documents, or of none, is dealt with line by line."""
        if not jsondoc.well_formed(payload):
            return Ndjson().rewrite(payload, plan)
        report = Report()
        report.records = 1
        try:
            hits = plan.json.candidates(payload, limit=HITS_PER_WINDOW * (1 + len(payload) // WINDOW_BYTES))
        except TooManyHitsError:
            hits = [(1, -1)]
        edits = document_line(Work(plan, report), payload, 0, len(payload), hits) if hits else []
        return Redacted(apply(payload, edits) if edits else payload, report)
