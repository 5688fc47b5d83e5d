"""Asana personal access token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""(?<![/.])
    [0-2]/[0-9]{12,20}+(?:/[0-9]{12,20}+)?:[0-9A-Za-z]{20,64}+
"""
)
_KEY = "2/" + "1" + sample("digits", 15) + "/1" + sample("digits", 15) + ":" + sample("hex", 32)
_SECOND_KEY = "1/1" + sample("digits", 15) + ":" + sample("hex", 32)

DETECTOR = Detector(
    id="asana_token",
    entity="asana_token",
    title="Asana personal access token",
    kind="secret",
    anchors=(
        Anchor("0/1[0-9]{5}"),
        Anchor("1/1[0-9]{5}"),
        Anchor("2/1[0-9]{5}"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"loaded config\\n«{_SECOND_KEY}»",
    ),
    ignores=(
        "export TOKEN=1/1234567890123456:<your-token>",
        "page 1/1234567 done",
    ),
    reference="trufflehog detector asanapersonalaccesstoken; https://developers.asana.com",
)
