"""dfuse API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    web_(?!(.)\1{9})[0-9a-f]{32}(?![0-9A-Za-z])
"""
)
_KEY = "web_" + sample("hex", 32)

DETECTOR = Detector(
    id="dfuse_key",
    entity="dfuse_key",
    title="dfuse API key",
    kind="secret",
    anchors=(Anchor("web_[0-9a-f]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "web_" + "x" * 40,
        "export TOKEN=web_<your-token>",
        "web_deadbeef",
    ),
    reference="trufflehog detector dfuse",
)
