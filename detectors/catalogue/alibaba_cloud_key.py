"""Alibaba Cloud access key id."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    LTAI
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{12,30}+(?![0-9A-Za-z])            # 16 or 20 characters
"""
)
_KEY = "LTAI" + sample("alnum", 20)
_SECOND_KEY = "LTAI" + sample("alnum", 16)

DETECTOR = Detector(
    id="alibaba_cloud_key",
    entity="alibaba_cloud_key",
    title="Alibaba Cloud access key id",
    kind="secret",
    anchors=(Anchor("LTAI"),),
    verify=token(_FORMAT, back=4, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f'\\"token\\":\\"«{_SECOND_KEY}»\\"',
    ),
    ignores=(
        "LTAI" + "x" * 40,
        "export TOKEN=LTAI<your-token>",
        "VOLTAIRE",
        "LTAIR",
    ),
    reference="gitleaks rule alibaba-access-key-id; https://www.alibabacloud.com",
)
