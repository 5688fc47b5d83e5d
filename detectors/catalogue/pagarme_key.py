"""Pagar.me API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    ak_(?:live|test)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{18,48}+        # 30 characters
"""
)
_KEY = "ak_live_" + sample("alnum", 30)

DETECTOR = Detector(
    id="pagarme_key",
    entity="pagarme_key",
    title="Pagar.me API key",
    kind="secret",
    anchors=(
        Anchor("ak_live_"),
        Anchor("ak_test_"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "ak_live_" + "x" * 40,
        "export TOKEN=ak_live_<your-token>",
        "peak_test_load",
    ),
    reference="trufflehog detector pagarme; https://docs.pagar.me",
)
