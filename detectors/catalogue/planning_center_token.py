"""Planning Center token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    pco_(?:tok|app)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{24,512}+
"""
_KEY = "pco_tok_" + sample("hex", 72)

DETECTOR = Detector(
    id="planning_center_token",
    entity="planning_center_token",
    title="Planning Center token",
    kind="secret",
    anchors=(
        Anchor("pco_tok_"),
        Anchor("pco_app_"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "pco_tok_" + "x" * 40,
        "export TOKEN=pco_tok_<your-token>",
    ),
    reference="https://developer.planning.center",
)
