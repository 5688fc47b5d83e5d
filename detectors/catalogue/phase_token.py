"""Phase service or user token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    pss_(?:service|user):v[0-9]:
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z:]{40,512}+
"""
)
_KEY = "pss_service:v2:" + sample("hex", 64) + ":" + sample("hex", 64)

DETECTOR = Detector(
    id="phase_token",
    entity="phase_token",
    title="Phase service or user token",
    kind="secret",
    anchors=(
        Anchor("pss_serv"),
        Anchor("pss_user"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "pss_service:v2:" + "x" * 40,
        "export TOKEN=pss_service:v2:<your-token>",
    ),
    reference="https://docs.phase.dev",
)
