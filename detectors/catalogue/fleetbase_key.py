"""Fleetbase API key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    flb_(?:live|test)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{12,40}+        # 20 characters
"""
_KEY = "flb_live_" + sample("alnum", 20)

DETECTOR = Detector(
    id="fleetbase_key",
    entity="fleetbase_key",
    title="Fleetbase API key",
    kind="secret",
    anchors=(
        Anchor("flb_live"),
        Anchor("flb_test"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "flb_live_" + "x" * 40,
        "export TOKEN=flb_live_<your-token>",
        "flb_test_run",
    ),
    reference="trufflehog detector fleetbase; https://docs.fleetbase.io",
)
