"""Aikido token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    AIK_(?:CI|RUNTIME)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{24,512}+
"""
)
_KEY = "AIK_CI_" + sample("alnum", 64)

DETECTOR = Detector(
    id="aikido_token",
    entity="aikido_token",
    title="Aikido token",
    kind="secret",
    anchors=(
        Anchor("AIK_CI_[A-Za-z0-9]"),
        Anchor("AIK_RUNT"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "AIK_CI_" + "x" * 40,
        "export TOKEN=AIK_CI_<your-token>",
        "AIK_RUNTIME_TOKEN",
    ),
    reference="https://help.aikido.dev",
)
