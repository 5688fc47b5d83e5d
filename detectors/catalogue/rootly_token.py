"""Rootly API token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    rootly_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{38,100}+       # 64 hex digits
"""
_KEY = "rootly_" + sample("hex", 64)

DETECTOR = Detector(
    id="rootly_token",
    entity="rootly_token",
    title="Rootly API token",
    kind="secret",
    anchors=(Anchor("rootly_[A-Za-z0-9]"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "rootly_" + "x" * 40,
        "export TOKEN=rootly_<your-token>",
        "rootly_incident",
    ),
    reference="trufflehog detector rootly; https://docs.rootly.com",
)
