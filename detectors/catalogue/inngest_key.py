"""Inngest signing key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    signkey-(?:[a-z]{2,12}-)?+
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{20,100}+       # 64 hex digits
"""
_KEY = "signkey-prod-" + sample("hex", 64)

DETECTOR = Detector(
    id="inngest_key",
    entity="inngest_key",
    title="Inngest signing key",
    kind="secret",
    anchors=(Anchor("signkey-"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "signkey-prod-" + "x" * 40,
        "export TOKEN=signkey-prod-<your-token>",
        "signkey-rotation",
    ),
    reference="https://www.inngest.com",
)
