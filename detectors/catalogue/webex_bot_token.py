"""Webex bot token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    [0-9A-Za-z]{64}_P(?:F84|0A1)_[0-9A-Za-z]{8}-[0-9A-Za-z-]{20,27}+
"""
)
_KEY = sample("alnum", 64) + "_PF84_" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))

DETECTOR = Detector(
    id="webex_bot_token",
    entity="webex_bot_token",
    title="Webex bot token",
    kind="secret",
    anchors=(
        Anchor("_PF84_"),
        Anchor("_P0A1_"),
    ),
    verify=token(_FORMAT, back=70, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=("MAX_PF84_SIZE",),
    reference="trufflehog detector webexbot; https://developer.webex.com",
)
