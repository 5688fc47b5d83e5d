"""Axiom API or personal token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    xa[ap]t-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{22,512}+       # UUID
"""
_KEY = "xaat-" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))

DETECTOR = Detector(
    id="axiom_token",
    entity="axiom_token",
    title="Axiom API or personal token",
    kind="secret",
    anchors=(
        Anchor("xaat-"),
        Anchor("xapt-"),
    ),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "xaat-" + "x" * 40,
        "export TOKEN=xaat-<your-token>",
    ),
    reference="https://axiom.co",
)
