"""Neon API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    napi_(?=[A-Za-z]{0,40}[0-9])(?!(.)\1{9})[0-9A-Za-z]{38,80}+    # 64 characters
"""
)
_KEY = "napi_" + sample("lower", 64)

DETECTOR = Detector(
    id="neon_key",
    entity="neon_key",
    title="Neon API key",
    kind="secret",
    anchors=(Anchor("napi_[A-Za-z0-9]{3}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "napi_" + "x" * 40,
        "export TOKEN=napi_<your-token>",
        "napi_get_named_property",
    ),
    reference="https://neon.com",
)
