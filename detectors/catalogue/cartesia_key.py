"""Cartesia API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    sk_car_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{14,512}+
"""
)
_KEY = "sk_car_" + sample("alnum", 22)

DETECTOR = Detector(
    id="cartesia_key",
    entity="cartesia_key",
    title="Cartesia API key",
    kind="secret",
    anchors=(Anchor("sk_car_"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "sk_car_" + "x" * 40,
        "export TOKEN=sk_car_<your-token>",
        "task_car_build",
    ),
    reference="https://docs.cartesia.ai",
)
