"""TruffleHog Enterprise key or secret."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    thog-(?:key|secret)-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{10,64}+
"""
_KEY = "thog-secret-" + sample("hex", 32)
_SECOND_KEY = "thog-key-" + sample("hex", 16)

DETECTOR = Detector(
    id="trufflehog_key",
    entity="trufflehog_key",
    title="TruffleHog Enterprise key or secret",
    kind="secret",
    anchors=(
        Anchor("thog-key"),
        Anchor("thog-sec"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f'\\"token\\":\\"«{_SECOND_KEY}»\\"',
    ),
    ignores=(
        "thog-secret-" + "x" * 40,
        "export TOKEN=thog-secret-<your-token>",
    ),
    reference="trufflehog detector trufflehogenterprise",
)
