"""Figma personal access, OAuth or plan token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    fig(?:[dpuo]|[uo][rh])_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_=-]{26,80}+     # 40 characters or more
"""
)
_KEY = "figd_" + sample("b64url", 40)
_SECOND_KEY = "figp_" + sample("b64url", 46)

DETECTOR = Detector(
    id="figma_token",
    entity="figma_token",
    title="Figma personal access, OAuth or plan token",
    kind="secret",
    anchors=(
        Anchor("fig[dpuo]_[A-Za-z0-9_-]"),
        Anchor("fig[uo][rh]_"),
    ),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"loaded config\\n«{_SECOND_KEY}»",
    ),
    ignores=(
        "figd_" + "x" * 40,
        "export TOKEN=figd_<your-token>",
        "config_dir figo_x",
    ),
    reference="trufflehog detector figmapersonalaccesstoken; https://www.figma.com",
)
