"""Workato API token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    wrka(?:us|eu|jp|sg|au)-
    (?!(.)\1{9})  # not a mask: xxxx...
    (?:[0-9A-Za-z_-]|\.(?=[0-9A-Za-z_-])){40,1000}+
"""
_KEY = "wrkaus-" + sample("b64url", 120)

DETECTOR = Detector(
    id="workato_token",
    entity="workato_token",
    title="Workato API token",
    kind="secret",
    anchors=(
        Anchor("wrkaus"),
        Anchor("wrkaeu"),
        Anchor("wrkajp"),
        Anchor("wrkasg"),
        Anchor("wrkaau"),
    ),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "wrkaus-" + "x" * 40,
        "export TOKEN=wrkaus-<your-token>",
    ),
    reference="https://docs.workato.com",
)
