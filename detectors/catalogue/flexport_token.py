"""Flexport API token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    shltm_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{24,80}+      # 40 characters
"""
_KEY = "shltm_" + sample("b64url", 40)

DETECTOR = Detector(
    id="flexport_token",
    entity="flexport_token",
    title="Flexport API token",
    kind="secret",
    anchors=(Anchor("shltm_"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "shltm_" + "x" * 40,
        "export TOKEN=shltm_<your-token>",
    ),
    reference="trufflehog detector flexport",
)
