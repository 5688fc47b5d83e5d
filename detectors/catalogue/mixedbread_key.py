"""Mixedbread API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    mxb_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{18,512}+
"""
)
_KEY = "mxb_" + sample("alnum", 32)

DETECTOR = Detector(
    id="mixedbread_key",
    entity="mixedbread_key",
    title="Mixedbread API key",
    kind="secret",
    anchors=(Anchor("mxb_[A-Za-z0-9]"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "mxb_" + "x" * 40,
        "export TOKEN=mxb_<your-token>",
    ),
    reference="https://www.mixedbread.com",
)
