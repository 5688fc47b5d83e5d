"""PromptLayer API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    pl_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9a-f]{32,512}+
"""
)
_KEY = "pl_" + sample("hex", 32)

DETECTOR = Detector(
    id="promptlayer_key",
    entity="promptlayer_key",
    title="PromptLayer API key",
    kind="secret",
    anchors=(Anchor("pl_[0-9a-f][0-9a-f][0-9a-f][0-9a-f]"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "pl_" + "x" * 40,
        "export TOKEN=pl_<your-token>",
        "pl_feed",
    ),
    reference="https://docs.promptlayer.com",
)
