"""Pinterest access token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    pin[acr](?:r)?_(?!(.)\1{9})(?=[A-Za-z]{0,31}[0-9])[0-9A-Za-z]{20,120}+
"""
)
_KEY = "pina_" + sample("upper", 40)

DETECTOR = Detector(
    id="pinterest_token",
    entity="pinterest_token",
    title="Pinterest access token",
    kind="secret",
    anchors=(
        Anchor("pina_"),
        Anchor("pinr_"),
        Anchor("pinc_"),
    ),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "pina_" + "x" * 40,
        "export TOKEN=pina_<your-token>",
        "spina_bifida",
    ),
    reference="https://developers.pinterest.com",
)
