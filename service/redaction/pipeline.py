"""The way in: pick a codec, rewrite, explain. Pure; no I/O."""

from __future__ import annotations

from typing import NamedTuple

from detectors.scanner import TooManyHitsError
from service.redaction import jsondoc
from service.redaction.actions import Match
from service.redaction.codecs import CODECS as _CODECS
from service.redaction.known_names import revise_names
from service.redaction.plan import Plan
from service.redaction.report import Redacted

_BY_NAME = {codec.name: codec for codec in _CODECS}
CODECS: tuple[str, ...] = tuple(_BY_NAME)


def rewrite(codec: str, payload: bytes, plan: Plan) -> Redacted:
    """Redact ``payload``, which is in the wire format ``codec`` (one of :data:`CODECS`).

    Raises :class:`service.errors.FramingError` where an OTLP payload's framing can't be parsed, and nothing else: what can't be examined
    is replaced by a marker and counted. Under a policy that only observes, the payload comes back as it is, with the report of what would
    have become of it.
    """
    redacted = _BY_NAME[codec].rewrite(payload, plan)
    if plan.known_names is not None:
        redacted = revise_names(codec, redacted, plan)
    return Redacted(payload, redacted.report.observed()) if plan.observes else redacted


def detect_format(head: bytes) -> str:
    """``text``, ``ndjson`` or ``json``, by the first bytes of a stream.

    A first line that is a JSON object or array means NDJSON; one that only begins like JSON means a pretty-printed document.
    """
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] not in (b"{", b"["):
        return "text"
    line, newline, _ = start.partition(b"\n")
    if jsondoc.well_formed(line):
        return "ndjson"
    return "json" if newline and line.strip()[-1:] in (b"{", b"[", b",", b":") else "ndjson"


class Explained(NamedTuple):
    """One finding in a text: where, by which detector and why, and what it becomes. ``becomes`` holds nothing that ``action`` hides."""

    start: int
    end: int
    detector: str
    entity: str
    score: float
    action: str
    reference: str
    becomes: str


def explain(text: bytes, plan: Plan) -> list[Explained]:
    """What the detectors find in ``text``, before overlaps are merged, and what the policy makes of each."""
    try:
        findings = sorted(set(plan.text.findings(text)))
    except TooManyHitsError:
        return []
    references = {detector.id: detector.reference for detector in plan.detectors}
    out = []
    for found in findings:
        decision = plan.decide(found, "body", b"")
        value = text[found.start : found.end]
        allowed = plan.allows and plan.allowed(found, value)
        rendered = decision.action.render(Match(value, found.entity, plan.subject(found).kind))
        outcome = "allow" if allowed else "observe" if plan.observes else decision.outcome
        becomes = (
            (rendered or b"").decode("utf-8", "replace")
            if decision.enforce and not allowed and not plan.observes
            else value.decode("utf-8", "replace")
        )
        out.append(Explained(found.start, found.end, found.detector, found.entity, found.score, outcome, references.get(found.detector, ""), becomes))
    return out
