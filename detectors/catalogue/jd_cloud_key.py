"""JD Cloud access key id."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    JDC_
    (?!(.)\1{9})  # not a mask: xxxx...
    (?=[A-Z]{0,24}[0-9])[0-9A-Z]{20,40}+
"""
)
_KEY = "JDC_" + sample("upper", 28)

DETECTOR = Detector(
    id="jd_cloud_key",
    entity="jd_cloud_key",
    title="JD Cloud access key id",
    kind="secret",
    anchors=(Anchor("JDC_[A-Z0-9]{2}"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "JDC_" + "x" * 40,
        "export TOKEN=JDC_<your-token>",
        "JDC_HOME",
    ),
    reference="https://docs.jdcloud.com",
)
