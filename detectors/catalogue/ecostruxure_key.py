"""EcoStruxure IT API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    AK1(?=[A-Za-z/]{0,52}[0-9])(?!(.)\1{9})[0-9A-Za-z/]{50,55}(?![0-9A-Za-z/+=])
"""
)
_KEY = "AK1" + sample("alnum", 53)

DETECTOR = Detector(
    id="ecostruxure_key",
    entity="ecostruxure_key",
    title="EcoStruxure IT API key",
    kind="secret",
    anchors=(Anchor("AK1[A-Za-z0-9/]{5}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "AK1" + "x" * 40,
        "export TOKEN=AK1<your-token>",
        "AK1/north",
    ),
    reference="trufflehog detector ecostruxureit",
)
