"""Scrapfly API key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    scp-(?:live|test)-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{20,64}+        # 32 hex digits
"""
_KEY = "scp-live-" + sample("hex", 32)

DETECTOR = Detector(
    id="scrapfly_key",
    entity="scrapfly_key",
    title="Scrapfly API key",
    kind="secret",
    anchors=(
        Anchor("scp-live"),
        Anchor("scp-test"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "scp-live-" + "x" * 40,
        "export TOKEN=scp-live-<your-token>",
        "scp-test-run",
    ),
    reference="trufflehog detector scrapfly; https://scrapfly.io",
)
