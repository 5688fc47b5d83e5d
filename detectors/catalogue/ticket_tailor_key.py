"""Ticket Tailor API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    sk_[0-9]{4}_[0-9]{6}_(?!(.)\1{9})[0-9a-zA-Z]{20,48}+
"""
)
_KEY = "sk_1234_567890_" + sample("hex", 32)

DETECTOR = Detector(
    id="ticket_tailor_key",
    entity="ticket_tailor_key",
    title="Ticket Tailor API key",
    kind="secret",
    anchors=(Anchor("sk_[0-9]{4}_"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "sk_1234_567890_" + "x" * 40,
        "export TOKEN=sk_1234_567890_<your-token>",
        "task_2024_110400_export",
    ),
    reference="trufflehog detector tickettailor; https://developers.tickettailor.com",
)
