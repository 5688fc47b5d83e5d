"""Canva client secret."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    cnvca
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{30,100}+     # 51 characters
"""
)
_KEY = "cnvca" + sample("b64url", 51)

DETECTOR = Detector(
    id="canva_secret",
    entity="canva_secret",
    title="Canva client secret",
    kind="secret",
    anchors=(Anchor("cnvca"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "cnvca" + "x" * 40,
        "export TOKEN=cnvca<your-token>",
        "cnvcap",
    ),
    reference="https://www.canva.dev",
)
