"""Twilio SendGrid: API keys."""

from __future__ import annotations

from detectors.catalogue._prefixed import B64URL, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "SG.": rb"[A-Za-z0-9_-]{16,24}+\." + run(B64URL, 16, 60),
}

_KEY = "SG" + "." + sample("b64url", 22) + "." + sample("b64url", 43, 3)

DETECTOR = Detector(
    id="sendgrid",
    entity="sendgrid_api_key",
    kind="secret",
    title="SendGrid API key",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES),
    finds=(
        f"SENDGRID_API_KEY=«{_KEY}»",
        f"password: «{_KEY}»,",
    ),
    ignores=(
        "MSG." + sample("alnum", 22) + "." + sample("alnum", 43),
        "SG.short.key",
    ),
    reference="https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys",
)
