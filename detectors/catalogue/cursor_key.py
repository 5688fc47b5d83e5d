"""Cursor API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?:crsr|key)_(?!(.)\1{9})[0-9a-f]{64,128}+(?![0-9A-Za-z])
"""
)
_KEY = "crsr_" + sample("hex", 64)
_SECOND_KEY = "key_" + sample("hex", 64)

DETECTOR = Detector(
    id="cursor_key",
    entity="cursor_key",
    title="Cursor API key",
    kind="secret",
    anchors=(
        Anchor("crsr_"),
        Anchor("key_[0-9a-f]{1}"),
    ),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f'\\"token\\":\\"«{_SECOND_KEY}»\\"',
    ),
    ignores=(
        "crsr_" + "x" * 40,
        "export TOKEN=crsr_<your-token>",
        "key_feed",
    ),
    reference="https://docs.cursor.com",
)
