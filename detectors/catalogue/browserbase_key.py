"""Browserbase API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    bb_live_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{18,64}+
"""
)
_KEY = "bb_live_" + sample("b64url", 28)

DETECTOR = Detector(
    id="browserbase_key",
    entity="browserbase_key",
    title="Browserbase API key",
    kind="secret",
    anchors=(Anchor("bb_live_"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "bb_live_" + "x" * 40,
        "export TOKEN=bb_live_<your-token>",
        "bb_live_view",
    ),
    reference="https://docs.browserbase.com",
)
