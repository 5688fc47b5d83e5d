"""Baidu AI Cloud access key id."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    ALTAK
    (?!(.)\1{9})  # not a mask: xxxx...
    (?:-[A-Z]{1,2}-)?[0-9A-Za-z]{18,32}+
"""
)
_KEY = "ALTAK" + sample("alnum", 21)

DETECTOR = Detector(
    id="baidu_cloud_key",
    entity="baidu_cloud_key",
    title="Baidu AI Cloud access key id",
    kind="secret",
    anchors=(Anchor("ALTAK"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "ALTAK" + "x" * 40,
        "export TOKEN=ALTAK<your-token>",
        "SALTAKERS",
    ),
    reference="https://cloud.baidu.com",
)
