"""Photoroom API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    sk_pr_[0-9A-Za-z]{1,64}+_(?!(.)\1{9})[0-9a-fA-F]{24,48}+
"""
)
_KEY = "sk_pr_default_" + sample("hex", 40)

DETECTOR = Detector(
    id="photoroom_key",
    entity="photoroom_key",
    title="Photoroom API key",
    kind="secret",
    anchors=(Anchor("sk_pr_[A-Za-z0-9]{2}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "sk_pr_default_" + "x" * 40,
        "export TOKEN=sk_pr_default_<your-token>",
        "task_pr_merge_1",
    ),
    reference="trufflehog detector photoroom; https://docs.photoroom.com",
)
