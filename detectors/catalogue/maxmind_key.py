"""MaxMind licence key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    [0-9A-Za-z]{6}_[0-9A-Za-z]{29}_mmk(?![0-9A-Za-z])
"""
)
_KEY = sample("alnum", 6) + "_" + sample("alnum", 29) + "_mmk"

DETECTOR = Detector(
    id="maxmind_key",
    entity="maxmind_key",
    title="MaxMind licence key",
    kind="secret",
    anchors=(Anchor("_mmk"),),
    verify=token(_FORMAT, back=40, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=("suffix _mmk",),
    reference="gitleaks rule maxmind-license-key; https://dev.maxmind.com",
)
