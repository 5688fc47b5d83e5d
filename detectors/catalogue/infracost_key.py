"""Infracost API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""(?<!\.)                  # not a file name with a digest behind it
    ico-(?=[A-Za-z]{0,31}[0-9])(?!(.)\1{9})[0-9A-Za-z]{20,48}+(?![0-9A-Za-z-])
"""
)
_KEY = "ico-" + sample("alnum", 32)

DETECTOR = Detector(
    id="infracost_key",
    entity="infracost_key",
    title="Infracost API key",
    kind="secret",
    anchors=(Anchor("ico-[A-Za-z0-9]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "ico-" + "x" * 40,
        "export TOKEN=ico-<your-token>",
        "mexico-citymetropolitan2024",
    ),
    reference="gitleaks rule infracost-api-token; https://www.infracost.io",
)
