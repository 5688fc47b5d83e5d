"""Ramp client id or secret."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    ramp_(?:id|sec)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{24,64}+        # 40 or 48 characters
"""
)
_KEY = "ramp_sec_" + sample("alnum", 48)
_SECOND_KEY = "ramp_id_" + sample("alnum", 40)

DETECTOR = Detector(
    id="ramp_key",
    entity="ramp_key",
    title="Ramp client id or secret",
    kind="secret",
    anchors=(
        Anchor("ramp_id_"),
        Anchor("ramp_sec"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"loaded config\\n«{_SECOND_KEY}»",
    ),
    ignores=(
        "ramp_sec_" + "x" * 40,
        "export TOKEN=ramp_sec_<your-token>",
        "ramp_sec_delay",
    ),
    reference="trufflehog detector ramp; https://docs.ramp.com",
)
