"""Scalingo API token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    tk-us-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{28,64}+      # 48 characters
"""
)
_KEY = "tk-us-" + sample("b64url", 48)

DETECTOR = Detector(
    id="scalingo_token",
    entity="scalingo_token",
    title="Scalingo API token",
    kind="secret",
    anchors=(Anchor("tk-us-"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "tk-us-" + "x" * 40,
        "export TOKEN=tk-us-<your-token>",
        "tk-us-east",
    ),
    reference="gitleaks rule scalingo-api-token; https://developers.scalingo.com",
)
