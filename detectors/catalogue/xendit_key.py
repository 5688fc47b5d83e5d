"""Xendit API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    xnd_(?:public_)?(?:development|production)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{24,512}+
"""
)
_KEY = "xnd_development_" + sample("alnum", 60)

DETECTOR = Detector(
    id="xendit_key",
    entity="xendit_key",
    title="Xendit API key",
    kind="secret",
    anchors=(
        Anchor("xnd_deve"),
        Anchor("xnd_prod"),
        Anchor("xnd_publ"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "xnd_development_" + "x" * 40,
        "export TOKEN=xnd_development_<your-token>",
    ),
    reference="https://docs.xendit.co",
)
