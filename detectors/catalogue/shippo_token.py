"""Shippo API token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    shippo_(?:live|test)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{24,64}+        # 40 hex digits
"""
_KEY = "shippo_live_" + sample("hex", 40)

DETECTOR = Detector(
    id="shippo_token",
    entity="shippo_token",
    title="Shippo API token",
    kind="secret",
    anchors=(Anchor("shippo_"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "shippo_live_" + "x" * 40,
        "export TOKEN=shippo_live_<your-token>",
        "shippo_test_run",
    ),
    reference="gitleaks rule shippo-api-token; https://docs.goshippo.com",
)
