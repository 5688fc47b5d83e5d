"""Dub API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    dub_(?=[A-Za-z]{0,30}[0-9])(?!(.)\1{9})[0-9A-Za-z]{16,48}+(?![0-9A-Za-z_])
"""
)
_KEY = "dub_" + sample("alnum", 24)

DETECTOR = Detector(
    id="dub_key",
    entity="dub_key",
    title="Dub API key",
    kind="secret",
    anchors=(Anchor("dub_[A-Za-z0-9]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "dub_" + "x" * 40,
        "export TOKEN=dub_<your-token>",
        "dub_recordings_total",
    ),
    reference="https://dub.co",
)
