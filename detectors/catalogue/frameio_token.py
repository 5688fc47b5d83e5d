"""Frame.io developer token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    fio-[a-z]-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_=-]{38,100}+    # 64 characters
"""
)
_KEY = "fio-u-" + sample("b64url", 64)

DETECTOR = Detector(
    id="frameio_token",
    entity="frameio_token",
    title="Frame.io developer token",
    kind="secret",
    anchors=(Anchor("fio-[a-z]-"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "fio-u-" + "x" * 40,
        "export TOKEN=fio-u-<your-token>",
        "fio-a-b",
    ),
    reference="gitleaks rule frameio-api-token; https://developer.frame.io",
)
