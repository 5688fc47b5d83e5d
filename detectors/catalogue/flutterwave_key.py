"""Flutterwave secret, public or encryption key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    FLW(?:SEC|PUB)K(?:_TEST|_LIVE)?-?
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{12,48}+(?:-X)?+
"""
_KEY = "FLWSECK-" + sample("lower", 32) + "-X"
_SECOND_KEY = "FLWSECK_TEST-" + sample("hex", 12)
_THIRD_KEY = "FLWPUBK_TEST-" + sample("hex", 32) + "-X"

DETECTOR = Detector(
    id="flutterwave_key",
    entity="flutterwave_key",
    title="Flutterwave secret, public or encryption key",
    kind="secret",
    anchors=(
        Anchor("FLWSECK"),
        Anchor("FLWPUBK"),
    ),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"GET /v1/items?key=«{_SECOND_KEY}»&page=2",
        f'\\"token\\":\\"«{_THIRD_KEY}»\\"',
    ),
    ignores=(
        "FLWSECK-" + "x" * 40,
        "export TOKEN=FLWSECK-<your-token>",
        "FLWSECK_TEST- is a prefix",
    ),
    reference="gitleaks rule flutterwave-*; https://developer.flutterwave.com",
)
