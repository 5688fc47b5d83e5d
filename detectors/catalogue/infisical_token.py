"""Infisical service token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    st\.[0-9A-Za-z-]{24,36}\.[0-9a-f]{20,40}\.[0-9a-f]{20,40}+
"""
)
_KEY = "st." + sample("hex", 24) + "." + sample("hex", 32) + "." + sample("hex", 32)

DETECTOR = Detector(
    id="infisical_token",
    entity="infisical_token",
    title="Infisical service token",
    kind="secret",
    anchors=(Anchor("st\\.[0-9a-f]{5}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "export TOKEN=st.<your-token>",
        "test.deadbeef",
    ),
    reference="https://infisical.com",
)
