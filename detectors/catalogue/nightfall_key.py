"""Nightfall API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    NF-(?=[A-Za-z]{0,31}[0-9])(?!(.)\1{9})[0-9A-Za-z]{20,40}+(?![0-9A-Za-z_-])
"""
)
_KEY = "NF-" + sample("alnum", 32)

DETECTOR = Detector(
    id="nightfall_key",
    entity="nightfall_key",
    title="Nightfall API key",
    kind="secret",
    anchors=(Anchor("NF-[A-Za-z0-9]{5}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "NF-" + "x" * 40,
        "export TOKEN=NF-<your-token>",
        "CONF-CONFIGURATION",
    ),
    reference="trufflehog detector nightfall; https://docs.nightfall.ai",
)
