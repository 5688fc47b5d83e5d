"""One JSON document, pretty-printed or not. What is not well-formed is NDJSON or text."""

from __future__ import annotations

from detectors.scanner import HITS_PER_WINDOW, WINDOW_BYTES, TooManyHitsError
from service.redaction import jsondoc
from service.redaction.codecs.ndjson import Ndjson, blank, document_line
from service.redaction.copies import without_copies
from service.redaction.copies_lines import Document
from service.redaction.plan import Plan
from service.redaction.report import Redacted, Report
from service.redaction.work import Work

_BOM = b"\xef\xbb\xbf"


class Json:
    """Codec for a single JSON document (RFC 8259)."""

    name = "json"

    def rewrite(self, payload: bytes, plan: Plan) -> Redacted:
        """Never raises. A payload of several documents, or of none, is dealt with line by line."""
        if payload.startswith(_BOM):
            redacted = self.rewrite(payload[len(_BOM) :], plan)
            return redacted._replace(payload=_BOM + redacted.payload) if redacted.report.touched else redacted._replace(payload=payload)
        if not jsondoc.well_formed(payload):
            return Ndjson().rewrite(payload, plan)
        report = Report()
        report.records = 1
        work = Work(plan, report)
        try:
            hits = plan.json.candidates(payload, limit=HITS_PER_WINDOW * (1 + len(payload) // WINDOW_BYTES))
        except TooManyHitsError:
            work.unprocessable("work")
            return Redacted(blank(payload), report)
        edits = document_line(work, payload, 0, len(payload), hits) if hits else []
        return Redacted(without_copies(work, payload, edits, lambda out: Document(out, blank)), report)
