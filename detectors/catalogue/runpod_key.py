"""RunPod API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    rpa_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{20,64}+
"""
)
_KEY = "rpa_" + sample("upper", 44)

DETECTOR = Detector(
    id="runpod_key",
    entity="runpod_key",
    title="RunPod API key",
    kind="secret",
    anchors=(Anchor("rpa_[A-Z0-9]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "rpa_" + "x" * 40,
        "export TOKEN=rpa_<your-token>",
        "rpa_enabled",
    ),
    reference="https://docs.runpod.io",
)
