"""ReadMe API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    rdme_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{42,100}+       # 70 characters
"""
)
_KEY = "rdme_" + sample("lower", 70)

DETECTOR = Detector(
    id="readme_key",
    entity="readme_key",
    title="ReadMe API key",
    kind="secret",
    anchors=(Anchor("rdme_"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "rdme_" + "x" * 40,
        "export TOKEN=rdme_<your-token>",
    ),
    reference="gitleaks rule readme-api-token; https://docs.readme.com",
)
