"""Checkout.com secret key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    sk_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{8,22}+
"""
)
_KEY = "sk_" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))

DETECTOR = Detector(
    id="checkout_com_key",
    entity="checkout_com_key",
    title="Checkout.com secret key",
    kind="secret",
    anchors=(Anchor("sk_[0-9a-f]{8}-"),),
    verify=token(_FORMAT, back=12, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "export TOKEN=sk_<your-token>",
        "task_deadbeef-1",
    ),
    reference="trufflehog detector checkout; https://www.checkout.com",
)
