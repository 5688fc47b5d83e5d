"""Checkly API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    c[ua]_(?!(.)\1{9})[0-9a-f]{32}(?![0-9A-Za-z])
"""
)
_KEY = "cu_" + sample("hex", 32)

DETECTOR = Detector(
    id="checkly_key",
    entity="checkly_key",
    title="Checkly API key",
    kind="secret",
    anchors=(
        Anchor("cu_[0-9a-f]{5}"),
        Anchor("ca_[0-9a-f]{5}"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "cu_" + "x" * 40,
        "export TOKEN=cu_<your-token>",
        "ca_deadbeef",
    ),
    reference="https://www.checklyhq.com",
)
