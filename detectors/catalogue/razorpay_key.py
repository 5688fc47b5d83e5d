"""Razorpay key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    rzp_(?:live|test)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{7,32}+         # 14 characters
"""
_KEY = "rzp_live_" + sample("alnum", 14)

DETECTOR = Detector(
    id="razorpay_key",
    entity="razorpay_key",
    title="Razorpay key",
    kind="secret",
    anchors=(
        Anchor("rzp_live"),
        Anchor("rzp_test"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "rzp_live_" + "x" * 40,
        "export TOKEN=rzp_live_<your-token>",
        "rzp_test_mode on",
    ),
    reference="trufflehog detector razorpay; https://razorpay.com",
)
