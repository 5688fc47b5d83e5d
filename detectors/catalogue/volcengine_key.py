"""Volcengine or Kingsoft Cloud access key id."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    AKLT
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{16,64}+
"""
)
_KEY = "AKLT" + sample("alnum", 44)

DETECTOR = Detector(
    id="volcengine_key",
    entity="volcengine_key",
    title="Volcengine or Kingsoft Cloud access key id",
    kind="secret",
    anchors=(Anchor("AKLT[A-Za-z0-9]{2}"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "AKLT" + "x" * 40,
        "export TOKEN=AKLT<your-token>",
        "WALKLTD",
    ),
    reference="https://www.volcengine.com",
)
