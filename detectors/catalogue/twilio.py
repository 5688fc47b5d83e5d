"""Twilio: account and API key SIDs."""

from __future__ import annotations

from detectors.catalogue._prefixed import EDGE, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_SHAPES = {"SK": run(rb"[0-9a-f]", 32, 32) + rb"(?![A-Za-z])", "AC": run(rb"[0-9a-f]", 32, 32) + rb"(?![A-Za-z])"}
_KEY = "SK" + sample("hex", 32)
_by_prefix = prefixed(_SHAPES, edge=EDGE, width=2)


def _verify(text: bytes, at: int) -> Span | None:
    return _by_prefix(text, at - 6)


DETECTOR = Detector(
    id="twilio",
    entity="twilio_key",
    kind="secret",
    title="Twilio account or API key SID",
    anchors=tuple(Anchor(anchor.pattern + "[0-9a-f]{6}") for anchor in literal_anchors(_SHAPES)),
    verify=_verify,
    finds=(f"TWILIO_API_KEY=«{_KEY}»", f"/2010-04-01/Accounts/«AC{sample('hex', 32)}»/Messages.json"),
    ignores=("TASK" + sample("hex", 32), "SK" + sample("hex", 31), "AC" + sample("hex", 40), "SK" + "0" * 32),
    reference="https://www.twilio.com/docs/iam/api-keys",
    score=0.9,
)
