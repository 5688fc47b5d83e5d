"""Luma AI API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    luma-[0-9a-f]{8}-[0-9a-f]{4}-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{20,512}+
"""
)
_KEY = "luma-" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))

DETECTOR = Detector(
    id="luma_key",
    entity="luma_key",
    title="Luma AI API key",
    kind="secret",
    anchors=(Anchor("luma-[0-9a-f][0-9a-f][0-9a-f]"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "luma-" + "x" * 40,
        "export TOKEN=luma-<your-token>",
    ),
    reference="https://docs.lumalabs.ai",
)
