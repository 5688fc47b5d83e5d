"""Daytona API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    dtn_(?!(.)\1{9})[0-9a-f]{38,100}+
"""
)
_KEY = "dtn_" + sample("hex", 64)

DETECTOR = Detector(
    id="daytona_key",
    entity="daytona_key",
    title="Daytona API key",
    kind="secret",
    anchors=(Anchor("dtn_[0-9a-f]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "dtn_" + "x" * 40,
        "export TOKEN=dtn_<your-token>",
        "dtn_feed",
    ),
    reference="https://www.daytona.io",
)
