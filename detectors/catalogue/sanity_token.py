"""Sanity API token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    sk(?=[A-Za-z]{0,60}[0-9])(?=[a-z0-9]{0,60}[A-Z])(?!(.)\1{9})[0-9A-Za-z]{79}(?:[0-9A-Za-z]{101})?(?![0-9A-Za-z])
"""
)
_KEY = "sk" + sample("alnum", 79)

DETECTOR = Detector(
    id="sanity_token",
    entity="sanity_token",
    title="Sanity API token",
    kind="secret",
    anchors=(Anchor("sk[A-Za-z0-9]{79}"),),
    verify=token(_FORMAT, back=81, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "sk" + "x" * 40,
        "export TOKEN=sk<your-token>",
        "skills",
        "disk",
    ),
    reference="trufflehog detector sanity",
    score=0.9,
)
