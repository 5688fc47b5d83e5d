"""Fauna key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    fnA(?=[A-Za-z_-]{0,34}[0-9])
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{30,512}+       # 37 characters
"""
)
_KEY = "fnAE" + sample("b64url", 36)

DETECTOR = Detector(
    id="fauna_key",
    entity="fauna_key",
    title="Fauna key",
    kind="secret",
    anchors=(Anchor("fnA[A-H][A-Za-z0-9_-]"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "fnAE" + "x" * 40,
        "export TOKEN=fnAE<your-token>",
        "fnAddressConfiguration",
    ),
    reference="https://docs.faunadb.org",
)
