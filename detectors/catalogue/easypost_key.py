"""EasyPost API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    EZ[AT]K
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{32,64}+        # 54 characters
"""
)
_KEY = "EZAK" + sample("alnum", 54)
_SECOND_KEY = "EZTK" + sample("hex", 54)

DETECTOR = Detector(
    id="easypost_key",
    entity="easypost_key",
    title="EasyPost API key",
    kind="secret",
    anchors=(Anchor("EZ[AT]K[A-Za-z0-9]"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"loaded config\\n«{_SECOND_KEY}»",
    ),
    ignores=(
        "EZAK" + "x" * 40,
        "export TOKEN=EZAK<your-token>",
        "EZAKI",
    ),
    reference="gitleaks rule easypost-api-token; https://docs.easypost.com",
)
