"""Coralogix API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    cx[tu]p_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{18,512}+       # 30 characters
"""
)
_KEY = "cxtp_" + sample("alnum", 30)

DETECTOR = Detector(
    id="coralogix_key",
    entity="coralogix_key",
    title="Coralogix API key",
    kind="secret",
    anchors=(
        Anchor("cxtp_"),
        Anchor("cxup_"),
    ),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "cxtp_" + "x" * 40,
        "export TOKEN=cxtp_<your-token>",
    ),
    reference="https://coralogix.com",
)
