"""Cashfree secret key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    cfsk_ma_(?:prod|test)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_]{24,512}+
"""
)
_KEY = "cfsk_ma_prod_" + sample("hex", 32) + "_" + sample("hex", 8)

DETECTOR = Detector(
    id="cashfree_key",
    entity="cashfree_key",
    title="Cashfree secret key",
    kind="secret",
    anchors=(Anchor("cfsk_ma_"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "cfsk_ma_prod_" + "x" * 40,
        "export TOKEN=cfsk_ma_prod_<your-token>",
    ),
    reference="https://www.cashfree.com",
)
