"""Duffel API token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    duffel_(?:test|live)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_=-]{26,80}+     # 43 characters
"""
_KEY = "duffel_test_" + sample("b64url", 43)

DETECTOR = Detector(
    id="duffel_token",
    entity="duffel_token",
    title="Duffel API token",
    kind="secret",
    anchors=(Anchor("duffel_"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "duffel_test_" + "x" * 40,
        "export TOKEN=duffel_test_<your-token>",
        "duffel_test_suite passed",
    ),
    reference="gitleaks rule duffel-api-token; https://duffel.com",
)
