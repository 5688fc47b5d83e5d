"""New Relic mobile application token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?:AA[0-9a-f]{40}|eu01xx[0-9a-f]{36})-NRMA(?![0-9A-Za-z])
"""
)
_KEY = "AA" + sample("hex", 40) + "-NRMA"

DETECTOR = Detector(
    id="new_relic_mobile_token",
    entity="new_relic_mobile_token",
    title="New Relic mobile application token",
    kind="secret",
    anchors=(Anchor("-NRMA"),),
    verify=token(_FORMAT, back=47, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "export TOKEN=AA<your-token>",
        "application token suffix -NRMA",
    ),
    reference="trufflehog detector newrelicmobileapptoken",
)
