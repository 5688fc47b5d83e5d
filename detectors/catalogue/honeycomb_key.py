"""Honeycomb ingest, configuration or management key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    hc[a-z]{2}k_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_]{20,100}+
"""
)
_KEY = "hcaik_" + sample("lower", 58)

DETECTOR = Detector(
    id="honeycomb_key",
    entity="honeycomb_key",
    title="Honeycomb ingest, configuration or management key",
    kind="secret",
    anchors=(
        Anchor("hcaik_"),
        Anchor("hcbik_"),
        Anchor("hcxik_"),
        Anchor("hcalk_"),
        Anchor("hcxlk_"),
        Anchor("hcamk_"),
        Anchor("hcxmk_"),
    ),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "hcaik_" + "x" * 40,
        "export TOKEN=hcaik_<your-token>",
        "hcaik_ok",
    ),
    reference="https://docs.honeycomb.io",
)
