"""Samsara API token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    samsara_api_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{18,64}+        # 30 characters
"""
_KEY = "samsara_api_" + sample("alnum", 30)

DETECTOR = Detector(
    id="samsara_token",
    entity="samsara_token",
    title="Samsara API token",
    kind="secret",
    anchors=(Anchor("samsara_"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "samsara_api_" + "x" * 40,
        "export TOKEN=samsara_api_<your-token>",
        "samsara_api_client",
    ),
    reference="https://developers.samsara.com",
)
