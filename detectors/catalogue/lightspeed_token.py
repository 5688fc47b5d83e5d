"""Lightspeed personal token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    lsxs_pt_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{20,512}+       # 32 characters
"""
_KEY = "lsxs_pt_" + sample("alnum", 32)

DETECTOR = Detector(
    id="lightspeed_token",
    entity="lightspeed_token",
    title="Lightspeed personal token",
    kind="secret",
    anchors=(Anchor("lsxs_pt_"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "lsxs_pt_" + "x" * 40,
        "export TOKEN=lsxs_pt_<your-token>",
    ),
    reference="https://x-series-api.lightspeedhq.com",
)
