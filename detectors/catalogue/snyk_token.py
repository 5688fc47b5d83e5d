"""Snyk service or user token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    snyk_[a-z]at\.
    (?!(.)\1{9})  # not a mask: xxxx...
    (?:[0-9A-Za-z_-]|\.(?=[0-9A-Za-z_-])){24,300}+
"""
_KEY = "snyk_uat." + sample("hex", 8) + "." + sample("alnum", 60)

DETECTOR = Detector(
    id="snyk_token",
    entity="snyk_token",
    title="Snyk service or user token",
    kind="secret",
    anchors=(Anchor("snyk_[a-z]at"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "snyk_uat." + "x" * 40,
        "export TOKEN=snyk_uat.<your-token>",
        "snyk_uat.log",
    ),
    reference="https://docs.snyk.io",
)
