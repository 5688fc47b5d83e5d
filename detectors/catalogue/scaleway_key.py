"""Scaleway access key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    SCW(?=[A-Z]{0,16}[0-9])(?!(.)\1{9})[0-9A-Z]{17}(?![0-9A-Za-z_])
"""
)
_KEY = "SCW" + sample("upper", 17)

DETECTOR = Detector(
    id="scaleway_key",
    entity="scaleway_key",
    title="Scaleway access key",
    kind="secret",
    anchors=(Anchor("SCW[A-Z0-9]{5}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "SCW" + "x" * 40,
        "export TOKEN=SCW<your-token>",
        "SCWCONFIGURATIONNAME",
    ),
    reference="https://www.scaleway.com",
)
