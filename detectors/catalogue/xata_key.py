"""Xata API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    xau_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{20,80}+
"""
)
_KEY = "xau_" + sample("alnum", 34)

DETECTOR = Detector(
    id="xata_key",
    entity="xata_key",
    title="Xata API key",
    kind="secret",
    anchors=(Anchor("xau_[A-Za-z0-9]"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "xau_" + "x" * 40,
        "export TOKEN=xau_<your-token>",
        "xau_d",
    ),
    reference="https://xata.io",
)
