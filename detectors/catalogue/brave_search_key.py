"""Brave Search API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    BSA(?=[A-Za-z_-]{0,28}[0-9])(?=[A-Z0-9_-]{0,28}[a-z])(?!(.)\1{9})[0-9A-Za-z_-]{26,30}(?![0-9A-Za-z_-])
"""
)
_KEY = "BSA" + sample("b64url", 28)

DETECTOR = Detector(
    id="brave_search_key",
    entity="brave_search_key",
    title="Brave Search API key",
    kind="secret",
    anchors=(Anchor("BSA[A-Za-z0-9_-]{5}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "BSA" + "x" * 40,
        "export TOKEN=BSA<your-token>",
        "BSA-2024-security-advisory",
    ),
    reference="https://api-dashboard.search.brave.com",
    score=0.9,
)
