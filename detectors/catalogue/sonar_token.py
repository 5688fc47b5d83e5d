"""SonarQube or SonarCloud token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    sq(?:[apu]|co)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_=-]{24,80}+     # 40 hex digits; SonarCloud 59 characters
"""
)
_KEY = "squ_" + sample("hex", 40)
_SECOND_KEY = "sqp_" + sample("hex", 40)
_THIRD_KEY = "sqco_" + sample("alnum", 59)

DETECTOR = Detector(
    id="sonar_token",
    entity="sonar_token",
    title="SonarQube or SonarCloud token",
    kind="secret",
    anchors=(
        Anchor("sq[apu]_[A-Za-z0-9_=-]"),
        Anchor("sqco_"),
    ),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"TOKEN=«{_SECOND_KEY}»",
        f"Authorization: Bearer «{_THIRD_KEY}», retrying",
    ),
    ignores=(
        "squ_" + "x" * 40,
        "export TOKEN=squ_<your-token>",
        "sqp_worker",
    ),
    reference="gitleaks rule sonar-api-token; trufflehog detector sonarcloud/v2",
)
