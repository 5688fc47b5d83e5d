"""Apify API token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    apify_api_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z-]{22,64}+       # 36 characters
"""
_KEY = "apify_api_" + sample("alnum", 36)

DETECTOR = Detector(
    id="apify_token",
    entity="apify_token",
    title="Apify API token",
    kind="secret",
    anchors=(Anchor("apify_ap"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "apify_api_" + "x" * 40,
        "export TOKEN=apify_api_<your-token>",
        "apify_api_base_url",
    ),
    reference="trufflehog detector apify; https://docs.apify.com",
)
