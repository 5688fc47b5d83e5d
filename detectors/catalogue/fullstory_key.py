"""FullStory API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?:na|eu)1\.(?!(.)\1{9})[0-9A-Za-z+/]{60,160}+={0,2}    # 100 characters
"""
)
_KEY = "na1." + sample("alnum", 100)

DETECTOR = Detector(
    id="fullstory_key",
    entity="fullstory_key",
    title="FullStory API key",
    kind="secret",
    anchors=(
        Anchor("na1\\.[A-Za-z0-9+/]{4}"),
        Anchor("eu1\\.[A-Za-z0-9+/]{4}"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "na1." + "x" * 40,
        "export TOKEN=na1.<your-token>",
        "na1.example.com",
    ),
    reference="trufflehog detector fullstory/v2; https://developer.fullstory.com",
)
