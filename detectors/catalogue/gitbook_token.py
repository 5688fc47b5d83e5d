"""GitBook API token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    gb_api_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{20,64}+
"""
_KEY = "gb_api_" + sample("alnum", 40)

DETECTOR = Detector(
    id="gitbook_token",
    entity="gitbook_token",
    title="GitBook API token",
    kind="secret",
    anchors=(Anchor("gb_api_"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "gb_api_" + "x" * 40,
        "export TOKEN=gb_api_<your-token>",
        "gb_api_client",
    ),
    reference="https://developer.gitbook.com",
)
