"""BestTime private or public key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    p(?:ri|ub)_(?!(.)\1{9})[0-9a-f]{32}(?![0-9A-Za-z])
"""
)
_KEY = "pri_" + sample("hex", 32)

DETECTOR = Detector(
    id="besttime_key",
    entity="besttime_key",
    title="BestTime private or public key",
    kind="secret",
    anchors=(
        Anchor("pri_[0-9a-f]{4}"),
        Anchor("pub_[0-9a-f]{4}"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "pri_" + "x" * 40,
        "export TOKEN=pri_<your-token>",
        "pub_feed",
    ),
    reference="trufflehog detector besttime; https://documentation.besttime.app",
)
