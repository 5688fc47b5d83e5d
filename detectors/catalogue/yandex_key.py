"""Yandex Cloud IAM token, API key or OAuth token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?:
      t1\.[0-9A-Za-z_-]{10,400}+={0,2}\.[0-9A-Za-z_-]{50,100}+={0,2}
     | AQVN(?!(.)\1{9})[0-9A-Za-z_-]{24,48}+
     | y0_(?!(.)\2{9})[0-9A-Za-z_-]{32,80}+
    )
"""
)
_KEY = "t1." + sample("b64url", 120) + "." + sample("b64url", 86)
_SECOND_KEY = "AQVN" + sample("b64url", 36)
_THIRD_KEY = "y0_Ag" + sample("b64url", 55)

DETECTOR = Detector(
    id="yandex_key",
    entity="yandex_key",
    title="Yandex Cloud IAM token, API key or OAuth token",
    kind="secret",
    anchors=(
        Anchor("t1\\.[A-Za-z0-9_-]{5}"),
        Anchor("AQVN[A-Za-z0-9_-]{4}"),
        Anchor("y0_[A-Za-z0-9_-]{5}"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"TOKEN=«{_SECOND_KEY}»",
        f"Authorization: Bearer «{_THIRD_KEY}», retrying",
    ),
    ignores=(
        "t1." + "x" * 40,
        "export TOKEN=t1.<your-token>",
        "at1.datacenter-west.example",
    ),
    reference="gitleaks rule yandex-access-token, yandex-api-key; https://yandex.cloud",
)
