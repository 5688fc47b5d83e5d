"""Sourcegraph or Segment access token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?:sg[pd]|slk)_
    (?!(.)\1{9})  # not a mask: xxxx...
    (?:local_)?[0-9A-Za-z_]{24,120}+              # [instance id "_"] 40 hex digits; Cody and Segment 64
"""
)
_KEY = "sgp_" + sample("hex", 16) + "_" + sample("hex", 40)
_SECOND_KEY = "sgp_" + sample("hex", 40)
_THIRD_KEY = "slk_" + sample("hex", 64)

DETECTOR = Detector(
    id="sourcegraph_token",
    entity="sourcegraph_token",
    title="Sourcegraph or Segment access token",
    kind="secret",
    anchors=(
        Anchor("sg[pd]_[A-Za-z0-9_]"),
        Anchor("slk_[A-Za-z0-9_]"),
    ),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"Bearer%20«{_SECOND_KEY}»",
        f"loaded config\\n«{_THIRD_KEY}»",
    ),
    ignores=(
        "sgp_" + "x" * 40,
        "export TOKEN=sgp_<your-token>",
        "sgp_group_name",
    ),
    reference="gitleaks rule sourcegraph-access-token; noseyparker rule np.segment.1",
)
