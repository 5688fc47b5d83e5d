"""Val Town token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    vtwn_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{18,64}+
"""
)
_KEY = "vtwn_" + sample("alnum", 28)

DETECTOR = Detector(
    id="val_town_token",
    entity="val_town_token",
    title="Val Town token",
    kind="secret",
    anchors=(Anchor("vtwn_"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "vtwn_" + "x" * 40,
        "export TOKEN=vtwn_<your-token>",
    ),
    reference="https://docs.val.town",
)
