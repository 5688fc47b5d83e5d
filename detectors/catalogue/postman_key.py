"""Postman API key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    PMA[KT]-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z-]{35,80}+       # 24 hex digits, "-", 34 hex digits
"""
_KEY = "PMAK-" + sample("hex", 24) + "-" + sample("hex", 34)

DETECTOR = Detector(
    id="postman_key",
    entity="postman_key",
    title="Postman API key",
    kind="secret",
    anchors=(Anchor("PMA[KT]-"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "PMAK-" + "x" * 40,
        "export TOKEN=PMAK-<your-token>",
    ),
    reference="gitleaks rule postman-api-token; trufflehog detector postman",
)
