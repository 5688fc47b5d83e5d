"""Render API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    rnd_(?=[A-Za-z]{0,20}[0-9])(?!(.)\1{9})[0-9A-Za-z]{20,48}+
"""
)
_KEY = "rnd_" + sample("alnum", 32)

DETECTOR = Detector(
    id="render_key",
    entity="render_key",
    title="Render API key",
    kind="secret",
    anchors=(Anchor("rnd_[A-Za-z0-9]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "rnd_" + "x" * 40,
        "export TOKEN=rnd_<your-token>",
        "brnd_counter",
    ),
    reference="https://render.com",
)
