"""Tinybird token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    p\.eyJ1[0-9A-Za-z_-]{20,400}+\.[0-9A-Za-z_-]{20,80}+
"""
)
_KEY = "p.eyJ1Ijog" + sample("alnum", 90) + "." + sample("b64url", 43)

DETECTOR = Detector(
    id="tinybird_token",
    entity="tinybird_token",
    title="Tinybird token",
    kind="secret",
    anchors=(Anchor("p\\.eyJ1"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "p." + "x" * 40,
        "export TOKEN=p.<your-token>",
        "map.eyJ1",
    ),
    reference="https://www.tinybird.co",
)
