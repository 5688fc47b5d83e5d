"""Resend API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    re_(?!(.)\1{9})[0-9A-Za-z]{8}_(?=[a-z0-9]{0,23}[A-Z])[0-9A-Za-z]{16,40}+(?![0-9A-Za-z_])
"""
)
_KEY = "re_" + sample("alnum", 8) + "_" + sample("alnum", 24)

DETECTOR = Detector(
    id="resend_key",
    entity="resend_key",
    title="Resend API key",
    kind="secret",
    anchors=(Anchor("re_[A-Za-z0-9]{8}_"),),
    verify=token(_FORMAT, back=12, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "re_" + "x" * 40,
        "export TOKEN=re_<your-token>",
        "re_compiled_pattern",
        "store_products_total",
    ),
    reference="https://resend.com",
)
