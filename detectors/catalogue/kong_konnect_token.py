"""Kong Konnect personal or system access token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    [ks]pat_(?=[A-Za-z]{0,40}[0-9])(?!(.)\1{9})[0-9A-Za-z]{24,80}+
"""
)
_KEY = "kpat_" + sample("alnum", 50)

DETECTOR = Detector(
    id="kong_konnect_token",
    entity="kong_konnect_token",
    title="Kong Konnect personal or system access token",
    kind="secret",
    anchors=(
        Anchor("kpat_"),
        Anchor("spat_"),
    ),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "kpat_" + "x" * 40,
        "export TOKEN=kpat_<your-token>",
        "spat_count",
    ),
    reference="https://developer.konghq.com",
)
