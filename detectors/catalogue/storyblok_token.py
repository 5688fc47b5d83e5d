"""Storyblok personal access token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    [0-9A-Za-z]{22}tt-[0-9]{5,8}-[0-9A-Za-z_-]{12,32}+
"""
)
_KEY = sample("alnum", 22) + "tt-" + sample("digits", 6) + "-" + sample("b64url", 20)

DETECTOR = Detector(
    id="storyblok_token",
    entity="storyblok_token",
    title="Storyblok personal access token",
    kind="secret",
    anchors=(Anchor("tt-[0-9]{5}"),),
    verify=token(_FORMAT, back=30, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=("watt-100000",),
    reference="trufflehog detector storyblokpersonalaccesstoken",
)
