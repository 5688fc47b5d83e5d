"""Aiven service password or token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?:AVNS_|aivenv1)
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{12,512}+       # 19 characters
"""
)
_KEY = "AVNS_" + sample("b64url", 19)

DETECTOR = Detector(
    id="aiven_token",
    entity="aiven_token",
    title="Aiven service password or token",
    kind="secret",
    anchors=(
        Anchor("AVNS_"),
        Anchor("aiven"),
    ),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "AVNS_" + "x" * 40,
        "export TOKEN=AVNS_<your-token>",
        "aivenv1-client ready",
    ),
    reference="https://aiven.io",
)
