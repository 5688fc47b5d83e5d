"""FireHydrant bot token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    fhb-(?!(.)\1{9})[0-9a-f]{20,64}+
"""
)
_KEY = "fhb-" + sample("hex", 32)

DETECTOR = Detector(
    id="firehydrant_token",
    entity="firehydrant_token",
    title="FireHydrant bot token",
    kind="secret",
    anchors=(Anchor("fhb-[0-9a-f]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "fhb-" + "x" * 40,
        "export TOKEN=fhb-<your-token>",
        "fhb-feed",
    ),
    reference="https://developers.firehydrant.io",
)
