"""Zoho OAuth token or client id."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""(?<![.])
    1000\.[0-9A-Za-z]{24,36}\.[0-9A-Za-z]{12,36}+
"""
)
_KEY = "1000." + sample("hex", 32) + "." + sample("hex", 32)

DETECTOR = Detector(
    id="zoho_token",
    entity="zoho_token",
    title="Zoho OAuth token or client id",
    kind="secret",
    anchors=(Anchor("1000\\.[0-9A-Za-z]{3}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "export TOKEN=1000.<your-token>",
        "took 1000.12345678 ms",
    ),
    reference="trufflehog detector zohocrm; https://www.zoho.com",
)
