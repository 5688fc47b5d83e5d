"""Friendli token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    flp_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{28,512}+
"""
)
_KEY = "flp_" + sample("alnum", 48)

DETECTOR = Detector(
    id="friendli_token",
    entity="friendli_token",
    title="Friendli token",
    kind="secret",
    anchors=(Anchor("flp_[A-Za-z0-9]"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "flp_" + "x" * 40,
        "export TOKEN=flp_<your-token>",
    ),
    reference="https://friendli.ai",
)
