"""JFrog Artifactory API key or reference token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?:
      AKC[0-9A-Za-z]{40,80}+(?![0-9A-Za-z])            # API key: AKCp and 69 characters
     | cmVmd[0-9A-Za-z]{36,64}+(?![0-9A-Za-z+/])       # base64 of "reftkn:"
    )
"""
)
_KEY = "AKCp8" + sample("alnum", 68)
_SECOND_KEY = "cmVmdGtu" + sample("alnum", 56)

DETECTOR = Detector(
    id="artifactory_token",
    entity="artifactory_token",
    title="JFrog Artifactory API key or reference token",
    kind="secret",
    anchors=(
        Anchor("AKC[A-Za-z0-9]{2}"),
        Anchor("cmVmd"),
    ),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f'\\"token\\":\\"«{_SECOND_KEY}»\\"',
    ),
    ignores=(
        "export TOKEN=AKCp8<your-token>",
        "PACKCASE",
        "HAKCPU",
    ),
    reference="gitleaks rule artifactory-api-key, artifactory-reference-token",
)
