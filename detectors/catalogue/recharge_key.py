"""Recharge API token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    [0-9]x[123]_(?!(.)\1{9})[0-9a-f]{60,68}+(?![0-9A-Za-z])     # behind sk_ or sk_test_; the sizes are scopes
"""
_KEY = "1x1_" + sample("hex", 64)

DETECTOR = Detector(
    id="recharge_key",
    entity="recharge_key",
    title="Recharge API token",
    kind="secret",
    anchors=(Anchor("[0-9]x[123]_[0-9a-f]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "export TOKEN=1x1_<your-token>",
        "size_2x2_feedbacc",
    ),
    reference="trufflehog detector rechargepayments; https://developer.rechargepayments.com",
)
