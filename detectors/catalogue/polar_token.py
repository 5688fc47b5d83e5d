"""Polar access token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    polar_[a-z]{2,4}_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_]{24,100}+
"""
)
_KEY = "polar_oat_" + sample("alnum", 43)

DETECTOR = Detector(
    id="polar_token",
    entity="polar_token",
    title="Polar access token",
    kind="secret",
    anchors=(Anchor("polar_"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "polar_oat_" + "x" * 40,
        "export TOKEN=polar_oat_<your-token>",
        "bipolar_ps_disorder",
    ),
    reference="https://docs.polar.sh",
)
