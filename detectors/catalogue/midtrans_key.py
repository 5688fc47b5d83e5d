"""Midtrans server key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    Mid-server-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{14,64}+      # 24 characters
"""
_KEY = "Mid-server-" + sample("b64url", 24)

DETECTOR = Detector(
    id="midtrans_key",
    entity="midtrans_key",
    title="Midtrans server key",
    kind="secret",
    anchors=(Anchor("Mid-serv"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "Mid-server-" + "x" * 40,
        "export TOKEN=Mid-server-<your-token>",
        "Mid-server-eu",
    ),
    reference="https://docs.midtrans.com",
)
