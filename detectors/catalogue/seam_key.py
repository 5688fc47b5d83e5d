"""Seam API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    seam_(?:test|apikey|at|live)?[0-9A-Za-z]{0,8}_(?=[A-Za-z]{0,30}[0-9])(?!(.)\1{9})[0-9A-Za-z_]{24,80}+
"""
)
_KEY = "seam_test2ZTo_" + sample("alnum", 32)

DETECTOR = Detector(
    id="seam_key",
    entity="seam_key",
    title="Seam API key",
    kind="secret",
    anchors=(Anchor("seam_"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "seam_test2ZTo_" + "x" * 40,
        "export TOKEN=seam_test2ZTo_<your-token>",
        "seam_test_client",
    ),
    reference="https://docs.seam.co",
)
