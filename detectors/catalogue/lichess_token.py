"""Lichess API token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    li[po]_(?=[A-Za-z]{0,31}[0-9])(?!(.)\1{9})[0-9A-Za-z]{16,40}+(?![0-9A-Za-z_])
"""
)
_KEY = "lip_" + sample("alnum", 20)

DETECTOR = Detector(
    id="lichess_token",
    entity="lichess_token",
    title="Lichess API token",
    kind="secret",
    anchors=(
        Anchor("lip_[A-Za-z0-9]{4}"),
        Anchor("lio_[A-Za-z0-9]{4}"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "lip_" + "x" * 40,
        "export TOKEN=lip_<your-token>",
        "clip_arraymixed2",
    ),
    reference="https://lichess.org",
)
