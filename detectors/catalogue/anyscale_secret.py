"""Anyscale secret."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    esecret_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{16,512}+
"""
)
_KEY = "esecret_" + sample("lower", 30)

DETECTOR = Detector(
    id="anyscale_secret",
    entity="anyscale_secret",
    title="Anyscale secret",
    kind="secret",
    anchors=(Anchor("esecret_"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "esecret_" + "x" * 40,
        "export TOKEN=esecret_<your-token>",
        "resecret_name",
    ),
    reference="https://docs.anyscale.com",
)
