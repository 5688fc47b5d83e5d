"""Telnyx API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    KEY0(?!(.)\1{9})[0-9A-Za-z_-]{40,64}+
"""
)
_KEY = "KEY0" + sample("hex", 31).upper() + "_" + sample("alnum", 22)

DETECTOR = Detector(
    id="telnyx_key",
    entity="telnyx_key",
    title="Telnyx API key",
    kind="secret",
    anchors=(Anchor("KEY0[0-9A-F]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "KEY0" + "x" * 40,
        "export TOKEN=KEY0<your-token>",
        "KEY0ABCD",
    ),
    reference="trufflehog detector telnyx; https://developers.telnyx.com",
)
