"""Backblaze B2 application key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    K00[0-9](?=[0-9A-Z/+]{0,26}[a-z])(?=[0-9a-z/+]{0,26}[A-Z])(?!(.)\1{9})[0-9A-Za-z/+]{27}(?![0-9A-Za-z/+=_-])
"""
)
_KEY = "K005" + sample("alnum", 27)

DETECTOR = Detector(
    id="backblaze_key",
    entity="backblaze_key",
    title="Backblaze B2 application key",
    kind="secret",
    anchors=(Anchor("K00[0-9][A-Za-z0-9/+]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "K005" + "x" * 40,
        "export TOKEN=K005<your-token>",
        "K00123456789",
    ),
    reference="https://www.backblaze.com",
    score=0.9,
)
