"""Svix or Hookdeck test key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?:testsk|whpk)_
    (?!(.)\1{9})  # not a mask: xxxx...
    (?:[0-9A-Za-z+/=_-]|\.(?=[0-9A-Za-z])){24,512}+
"""
)
_KEY = "testsk_" + sample("alnum", 40)

DETECTOR = Detector(
    id="svix_token",
    entity="svix_token",
    title="Svix or Hookdeck test key",
    kind="secret",
    anchors=(
        Anchor("testsk_"),
        Anchor("whpk_[A-Za-z0-9][A-Za-z0-9]"),
    ),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "testsk_" + "x" * 40,
        "export TOKEN=testsk_<your-token>",
    ),
    reference="https://docs.svix.com",
)
