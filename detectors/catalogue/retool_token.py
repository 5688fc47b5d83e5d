"""Retool API token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    retool_(?=[A-Za-z0-9_]{0,20}[0-9])
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{22,512}+
"""
)
_KEY = "retool_01" + sample("lower", 26)

DETECTOR = Detector(
    id="retool_token",
    entity="retool_token",
    title="Retool API token",
    kind="secret",
    anchors=(Anchor("retool_"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "retool_" + "x" * 40,
        "export TOKEN=retool_<your-token>",
    ),
    reference="https://docs.retool.com",
)
