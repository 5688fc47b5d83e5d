"""Alchemy access token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    alcht_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{18,48}+        # 30 characters
"""
_KEY = "alcht_" + sample("alnum", 30)

DETECTOR = Detector(
    id="alchemy_token",
    entity="alchemy_token",
    title="Alchemy access token",
    kind="secret",
    anchors=(Anchor("alcht_"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "alcht_" + "x" * 40,
        "export TOKEN=alcht_<your-token>",
        "alcht_client",
    ),
    reference="trufflehog detector alchemy",
)
