"""Materialize app password."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    mzp_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9a-f]{38,512}+       # 64 hex digits
"""
)
_KEY = "mzp_" + sample("hex", 64)

DETECTOR = Detector(
    id="materialize_password",
    entity="materialize_password",
    title="Materialize app password",
    kind="secret",
    anchors=(Anchor("mzp_[0-9a-f]"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "mzp_" + "x" * 40,
        "export TOKEN=mzp_<your-token>",
    ),
    reference="https://materialize.com",
)
