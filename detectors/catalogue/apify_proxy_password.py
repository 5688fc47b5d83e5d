"""Apify proxy password."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    apify_proxy_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{20,512}+
"""
_KEY = "apify_proxy_" + sample("alnum", 36)

DETECTOR = Detector(
    id="apify_proxy_password",
    entity="apify_proxy_password",
    title="Apify proxy password",
    kind="secret",
    anchors=(Anchor("apify_pr"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "apify_proxy_" + "x" * 40,
        "export TOKEN=apify_proxy_<your-token>",
    ),
    reference="https://docs.apify.com",
)
