"""Paddle API key or notification secret."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    pdl_(?:live_|sdbx_)?(?:apikey|ntfset|cus[a-z]*)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_+/=]{24,120}+
"""
_KEY = "pdl_live_apikey_" + sample("lower", 26) + "_" + sample("alnum", 22) + "_" + sample("alnum", 3)

DETECTOR = Detector(
    id="paddle_key",
    entity="paddle_key",
    title="Paddle API key or notification secret",
    kind="secret",
    anchors=(
        Anchor("pdl_live"),
        Anchor("pdl_sdbx"),
        Anchor("pdl_ntfs"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "pdl_live_apikey_" + "x" * 40,
        "export TOKEN=pdl_live_apikey_<your-token>",
        "pdl_live_apikey_id",
    ),
    reference="https://developer.paddle.com",
)
