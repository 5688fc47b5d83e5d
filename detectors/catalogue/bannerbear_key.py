"""Bannerbear project or master key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    bb_(?:pr|ma)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{18,48}+        # 30 hex digits
"""
)
_KEY = "bb_pr_" + sample("hex", 30)

DETECTOR = Detector(
    id="bannerbear_key",
    entity="bannerbear_key",
    title="Bannerbear project or master key",
    kind="secret",
    anchors=(
        Anchor("bb_pr_"),
        Anchor("bb_ma_"),
    ),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "bb_pr_" + "x" * 40,
        "export TOKEN=bb_pr_<your-token>",
        "bb_pr_build",
    ),
    reference="trufflehog detector bannerbear/v2; https://developers.bannerbear.com",
)
