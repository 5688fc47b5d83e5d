"""Depot token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    depot_(?:org|project|user)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{24,512}+
"""
)
_KEY = "depot_project_" + sample("hex", 64)

DETECTOR = Detector(
    id="depot_token",
    entity="depot_token",
    title="Depot token",
    kind="secret",
    anchors=(
        Anchor("depot_or"),
        Anchor("depot_pr"),
        Anchor("depot_us"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "depot_project_" + "x" * 40,
        "export TOKEN=depot_project_<your-token>",
        "depot_project_id",
    ),
    reference="https://depot.dev",
)
