"""Ubidots API token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    BB(?:FF|US|AU)-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{18,48}+        # 30 characters
"""
)
_KEY = "BBFF-" + sample("alnum", 34)

DETECTOR = Detector(
    id="ubidots_token",
    entity="ubidots_token",
    title="Ubidots API token",
    kind="secret",
    anchors=(Anchor("BB[A-Z]{2}-[A-Za-z0-9]"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "BBFF-" + "x" * 40,
        "export TOKEN=BBFF-<your-token>",
    ),
    reference="trufflehog detector ubidots; https://docs.ubidots.com",
)
