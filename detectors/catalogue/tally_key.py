"""Tally API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    tly-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{24,512}+
"""
)
_KEY = "tly-" + sample("alnum", 40)

DETECTOR = Detector(
    id="tally_key",
    entity="tally_key",
    title="Tally API key",
    kind="secret",
    anchors=(Anchor("tly-"),),
    verify=token(_FORMAT, back=4, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "tly-" + "x" * 40,
        "export TOKEN=tly-<your-token>",
        "utly-1",
    ),
    reference="https://developers.tally.so",
)
