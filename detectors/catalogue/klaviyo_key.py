"""Klaviyo private key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    pk_(?:[0-9A-Za-z]{6}_)?(?!(.)\1{9})[0-9a-f]{20,40}+(?![0-9A-Za-z_])    # 34 hex digits; pk_ means private here
"""
)
_KEY = "pk_" + sample("hex", 34)
_SECOND_KEY = "pk_Ab12Cd_" + sample("hex", 34)

DETECTOR = Detector(
    id="klaviyo_key",
    entity="klaviyo_key",
    title="Klaviyo private key",
    kind="secret",
    anchors=(
        Anchor("pk_[0-9a-f]{16}"),
        Anchor("pk_[A-Za-z0-9]{6}_[0-9a-f]{9}"),
    ),
    verify=token(_FORMAT, back=19, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"Bearer%20«{_SECOND_KEY}»",
    ),
    ignores=(
        "pk_" + "x" * 40,
        "export TOKEN=pk_<your-token>",
        "pk_deadbeef",
    ),
    reference="trufflehog detector klaviyo; https://developers.klaviyo.com",
)
