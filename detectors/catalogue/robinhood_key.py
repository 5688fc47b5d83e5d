"""Robinhood Crypto API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    rh-api-[0-9A-Za-z]{8}-[0-9A-Za-z-]{14,27}+
"""
)
_KEY = "rh-api-" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))

DETECTOR = Detector(
    id="robinhood_key",
    entity="robinhood_key",
    title="Robinhood Crypto API key",
    kind="secret",
    anchors=(Anchor("rh-api-"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "export TOKEN=rh-api-<your-token>",
        "rh-api-gateway",
    ),
    reference="trufflehog detector robinhoodcrypto; https://docs.robinhood.com",
)
