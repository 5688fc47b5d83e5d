"""Finage API key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    API_KEY(?=[A-Z]{0,31}[0-9])(?!(.)\1{9})[0-9A-Z]{20,40}+(?![0-9A-Za-z_])
"""
_KEY = "API_KEY" + sample("upper", 32)

DETECTOR = Detector(
    id="finage_key",
    entity="finage_key",
    title="Finage API key",
    kind="secret",
    anchors=(Anchor("API_KEY[0-9A-Z]"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "API_KEY" + "x" * 40,
        "export TOKEN=API_KEY<your-token>",
        "API_KEYS_ENABLED=1",
        "API_KEYRINGCONFIGURATIONDEFAULTS",
    ),
    reference="trufflehog detector finage; https://finage.co.uk",
)
