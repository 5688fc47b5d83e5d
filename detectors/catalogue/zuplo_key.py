"""Zuplo consumer or API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    zpka_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_]{20,100}+
"""
)
_KEY = "zpka_" + sample("hex", 32) + "_" + sample("hex", 8)

DETECTOR = Detector(
    id="zuplo_key",
    entity="zuplo_key",
    title="Zuplo consumer or API key",
    kind="secret",
    anchors=(Anchor("zpka_"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "zpka_" + "x" * 40,
        "export TOKEN=zpka_<your-token>",
    ),
    reference="https://zuplo.com",
)
