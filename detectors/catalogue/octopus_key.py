"""Octopus Deploy API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    API-(?=[A-Z]{0,25}[0-9])(?!(.)\1{9})[0-9A-Z]{16,26}+(?![0-9A-Za-z-])
"""
)
_KEY = "API-" + sample("upper", 26)

DETECTOR = Detector(
    id="octopus_key",
    entity="octopus_key",
    title="Octopus Deploy API key",
    kind="secret",
    anchors=(Anchor("API-[A-Z0-9]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "API-" + "x" * 40,
        "export TOKEN=API-<your-token>",
        "API-GATEWAYSERVICEINTERNAL",
    ),
    reference="gitleaks rule octopus-deploy-api-key; https://octopus.com",
)
