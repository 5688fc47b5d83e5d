"""Contentful personal access token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    CFPAT-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{26,64}+
"""
_KEY = "CFPAT-" + sample("b64url", 43)

DETECTOR = Detector(
    id="contentful_token",
    entity="contentful_token",
    title="Contentful personal access token",
    kind="secret",
    anchors=(Anchor("CFPAT-"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "CFPAT-" + "x" * 40,
        "export TOKEN=CFPAT-<your-token>",
    ),
    reference="trufflehog detector contentfulpersonalaccesstoken; https://www.contentful.com",
)
