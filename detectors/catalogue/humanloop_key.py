"""Humanloop API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    hl_sk_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{20,512}+
"""
)
_KEY = "hl_sk_" + sample("hex", 48)

DETECTOR = Detector(
    id="humanloop_key",
    entity="humanloop_key",
    title="Humanloop API key",
    kind="secret",
    anchors=(Anchor("hl_sk_"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "hl_sk_" + "x" * 40,
        "export TOKEN=hl_sk_<your-token>",
    ),
    reference="https://humanloop.com",
)
