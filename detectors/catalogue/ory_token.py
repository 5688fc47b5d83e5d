"""Ory access, session or API token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    ory_(?:at|st|rt|ac|pat|apikey|wak)_(?=[A-Za-z]{0,24}[0-9])
    (?!(.)\1{9})  # not a mask: xxxx...
    (?:[0-9A-Za-z_-]|\.(?=[0-9A-Za-z_-])){24,512}+
"""
)
_KEY = "ory_st_" + sample("alnum", 32)
_SECOND_KEY = "ory_pat_" + sample("alnum", 40)

DETECTOR = Detector(
    id="ory_token",
    entity="ory_token",
    title="Ory access, session or API token",
    kind="secret",
    anchors=(
        Anchor("ory_at_[A-Za-z0-9]"),
        Anchor("ory_st_[A-Za-z0-9]"),
        Anchor("ory_rt_[A-Za-z0-9]"),
        Anchor("ory_ac_[A-Za-z0-9]"),
        Anchor("ory_pat_"),
        Anchor("ory_apik"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f'\\"token\\":\\"«{_SECOND_KEY}»\\"',
    ),
    ignores=(
        "ory_st_" + "x" * 40,
        "export TOKEN=ory_st_<your-token>",
        "category_at_checkout",
        "inventory_pat_x",
    ),
    reference="https://www.ory.com",
)
