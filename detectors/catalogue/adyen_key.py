"""Adyen API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    AQ[EF][a-z]hm(?!(.)\1{9})(?:[0-9A-Za-z+/=_-]|\.(?=[0-9A-Za-z_-])){60,400}+   # base64, some with punctuation behind it
"""
)
_KEY = "AQEyhmfxK" + sample("alnum", 120)

DETECTOR = Detector(
    id="adyen_key",
    entity="adyen_key",
    title="Adyen API key",
    kind="secret",
    anchors=(Anchor("AQ[EF][a-z]hm[a-z]"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "AQEyhmfxK" + "x" * 40,
        "export TOKEN=AQEyhmfxK<your-token>",
        "AQEahmed",
    ),
    reference="https://docs.adyen.com",
)
