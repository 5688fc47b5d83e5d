"""LinkedIn application secret."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    WPL_AP[0-9]\.(?!(.)\1{9})(?:[0-9A-Za-z_+/=-]|\.(?=[0-9A-Za-z_+/=-])){16,80}+
"""
_KEY = "WPL_AP1." + sample("alnum", 16) + "." + sample("alnum", 8) + "=="

DETECTOR = Detector(
    id="linkedin_secret",
    entity="linkedin_secret",
    title="LinkedIn application secret",
    kind="secret",
    anchors=(Anchor("WPL_AP"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "WPL_AP1." + "x" * 40,
        "export TOKEN=WPL_AP1.<your-token>",
        "WPL_APP",
    ),
    reference="https://learn.microsoft.com/linkedin/shared/authentication/",
)
