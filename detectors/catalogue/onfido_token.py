"""Onfido API token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    api_(?:live|sandbox)(?:_[a-z]{2})?\.(?!(.)\1{9})[0-9A-Za-z_-]{8,16}\.[0-9A-Za-z_-]{20,40}+
"""
)
_KEY = "api_live." + sample("b64url", 11) + "." + sample("b64url", 32)

DETECTOR = Detector(
    id="onfido_token",
    entity="onfido_token",
    title="Onfido API token",
    kind="secret",
    anchors=(
        Anchor("api_live"),
        Anchor("api_sand"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "api_live." + "x" * 40,
        "export TOKEN=api_live.<your-token>",
        "api_live.example.com",
    ),
    reference="https://documentation.onfido.com",
)
