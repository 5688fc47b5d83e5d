"""E2B API key or access token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?:sk_)?e2b_(?!(.)\1{9})[0-9a-f]{24,80}+
"""
)
_KEY = "e2b_" + sample("hex", 40)
_SECOND_KEY = "sk_e2b_" + sample("hex", 40)

DETECTOR = Detector(
    id="e2b_key",
    entity="e2b_key",
    title="E2B API key or access token",
    kind="secret",
    anchors=(
        Anchor("e2b_[0-9a-f]{4}"),
        Anchor("sk_e2b_[0-9a-f]"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"GET /v1/items?key=«{_SECOND_KEY}»&page=2",
    ),
    ignores=(
        "e2b_" + "x" * 40,
        "export TOKEN=e2b_<your-token>",
        "e2b_feed",
    ),
    reference="https://e2b.dev",
)
