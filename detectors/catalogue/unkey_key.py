"""Unkey root key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    unkey_
    (?!(.)\1{9})  # not a mask: xxxx...
    (?=[A-Za-z_]{0,24}[0-9])[0-9A-Za-z_]{16,64}+
"""
)
_KEY = "unkey_" + sample("alnum", 24)

DETECTOR = Detector(
    id="unkey_key",
    entity="unkey_key",
    title="Unkey root key",
    kind="secret",
    anchors=(Anchor("unkey_"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "unkey_" + "x" * 40,
        "export TOKEN=unkey_<your-token>",
        "unkey_client_initialised_ok",
    ),
    reference="https://www.unkey.com",
)
