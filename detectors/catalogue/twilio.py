"""Twilio: account and API key SIDs."""

from __future__ import annotations

from detectors.catalogue._prefixed import literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {"SK": run(rb"[0-9a-f]", 32, 32) + rb"(?![A-Za-z])", "AC": run(rb"[0-9a-f]", 32, 32) + rb"(?![A-Za-z])"}
_KEY = "SK" + sample("hex", 32)

DETECTOR = Detector(
    id="twilio",
    entity="twilio_key",
    kind="secret",
    title="Twilio account or API key SID",
    anchors=literal_anchors(_SHAPES, pad="[0-9a-f]"),
    verify=prefixed(_SHAPES, pad=True),
    finds=(f"TWILIO_API_KEY=«{_KEY}»", f"/2010-04-01/Accounts/«AC{sample('hex', 32)}»/Messages.json"),
    ignores=("TASK" + sample("hex", 32), "SK" + sample("hex", 31), "AC" + sample("hex", 40), "SK" + "0" * 32),
    reference="https://www.twilio.com/docs/iam/api-keys",
    score=0.9,
)
