"""JumpCloud API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    jca_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{22,64}+        # 36 characters
"""
)
_KEY = "jca_" + sample("alnum", 36)

DETECTOR = Detector(
    id="jumpcloud_key",
    entity="jumpcloud_key",
    title="JumpCloud API key",
    kind="secret",
    anchors=(Anchor("jca_[A-Za-z0-9]"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "jca_" + "x" * 40,
        "export TOKEN=jca_<your-token>",
        "jca_provider",
    ),
    reference="https://docs.jumpcloud.com",
)
