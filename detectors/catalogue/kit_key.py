"""Kit (ConvertKit) API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    kit_(?!(.)\1{9})[0-9a-f]{20,40}+(?![0-9A-Za-z])
"""
)
_KEY = "kit_" + sample("hex", 32)

DETECTOR = Detector(
    id="kit_key",
    entity="kit_key",
    title="Kit (ConvertKit) API key",
    kind="secret",
    anchors=(Anchor("kit_[0-9a-f]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "kit_" + "x" * 40,
        "export TOKEN=kit_<your-token>",
        "kit_feedbacc",
    ),
    reference="https://developers.kit.com",
)
