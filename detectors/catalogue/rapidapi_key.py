"""RapidAPI key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    [0-9A-Za-z]{10}msh[0-9A-Za-z]{15}p[0-9A-Za-z]{6}jsn[0-9A-Za-z]{12}(?![0-9A-Za-z])
"""
)
_KEY = sample("lower", 10) + "msh" + sample("lower", 15) + "p1" + sample("lower", 5) + "jsn" + sample("lower", 12)

DETECTOR = Detector(
    id="rapidapi_key",
    entity="rapidapi_key",
    title="RapidAPI key",
    kind="secret",
    anchors=(Anchor("msh[0-9A-Za-z]{15}p"),),
    verify=token(_FORMAT, back=29, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=("mesh-networkproxy",),
    reference="https://docs.rapidapi.com",
)
