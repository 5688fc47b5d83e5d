"""Omise secret or public key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    [sp]key_(?:test_|live_)?(?=[a-z]{0,18}[0-9])
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9a-z]{14,512}+       # 19 characters
"""
)
_KEY = "skey_test_" + sample("lower", 19)

DETECTOR = Detector(
    id="omise_key",
    entity="omise_key",
    title="Omise secret or public key",
    kind="secret",
    anchors=(
        Anchor("skey_"),
        Anchor("pkey_"),
    ),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "skey_test_" + "x" * 40,
        "export TOKEN=skey_test_<your-token>",
        "pkey_columns",
    ),
    reference="https://docs.omise.co",
)
