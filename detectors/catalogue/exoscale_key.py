"""Exoscale API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    EXO(?!(.)\1{9})[0-9a-f]{20,28}+(?![0-9A-Za-z])
"""
)
_KEY = "EXO" + sample("hex", 24)

DETECTOR = Detector(
    id="exoscale_key",
    entity="exoscale_key",
    title="Exoscale API key",
    kind="secret",
    anchors=(Anchor("EXO[0-9a-f]{5}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "EXO" + "x" * 40,
        "export TOKEN=EXO<your-token>",
        "EXOdeadbeef",
    ),
    reference="https://community.exoscale.com",
)
