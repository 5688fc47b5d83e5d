"""Smooch (Sunshine Conversations) key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    a(?:ct|pp)_(?!(.)\1{9})[0-9a-z]{24}(?![0-9A-Za-z])
"""
)
_KEY = "act_" + sample("hex", 24)

DETECTOR = Detector(
    id="smooch_key",
    entity="smooch_key",
    title="Smooch (Sunshine Conversations) key",
    kind="secret",
    anchors=(
        Anchor("act_[0-9a-f]{4}"),
        Anchor("app_[0-9a-f]{4}"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "act_" + "x" * 40,
        "export TOKEN=act_<your-token>",
        "act_feed",
    ),
    reference="trufflehog detector smooch",
)
