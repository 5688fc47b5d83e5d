"""Thunderstore API token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    tss_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{14,64}+
"""
)
_KEY = "tss_" + sample("alnum", 32)

DETECTOR = Detector(
    id="thunderstore_token",
    entity="thunderstore_token",
    title="Thunderstore API token",
    kind="secret",
    anchors=(Anchor("tss_[A-Za-z0-9]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "tss_" + "x" * 40,
        "export TOKEN=tss_<your-token>",
        "tss_enabled",
    ),
    reference="https://thunderstore.io",
)
