"""Cal.com API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    cal_(?:live|test)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{20,64}+
"""
)
_KEY = "cal_live_" + sample("hex", 32)

DETECTOR = Detector(
    id="cal_com_key",
    entity="cal_com_key",
    title="Cal.com API key",
    kind="secret",
    anchors=(
        Anchor("cal_live"),
        Anchor("cal_test"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "cal_live_" + "x" * 40,
        "export TOKEN=cal_live_<your-token>",
        "local_test_run",
    ),
    reference="https://cal.com",
)
