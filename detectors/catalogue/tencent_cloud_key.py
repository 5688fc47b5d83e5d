"""Tencent Cloud secret id."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    AKID
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{20,48}+(?![0-9A-Za-z])            # 32 characters
"""
)
_KEY = "AKID" + sample("alnum", 32)

DETECTOR = Detector(
    id="tencent_cloud_key",
    entity="tencent_cloud_key",
    title="Tencent Cloud secret id",
    kind="secret",
    anchors=(Anchor("AKID"),),
    verify=token(_FORMAT, back=4, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "AKID" + "x" * 40,
        "export TOKEN=AKID<your-token>",
        "MASKID",
        "AKID_MISSING",
    ),
    reference="https://www.tencentcloud.com",
)
