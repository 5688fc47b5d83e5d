"""Close CRM API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    api_(?!(.)\1{9})[0-9A-Za-z]{20,24}\.[0-9A-Za-z]{14,24}+
"""
)
_KEY = "api_" + sample("alnum", 22) + "." + sample("alnum", 22)

DETECTOR = Detector(
    id="close_crm_key",
    entity="close_crm_key",
    title="Close CRM API key",
    kind="secret",
    anchors=(Anchor("api_[A-Za-z0-9]{16}"),),
    verify=token(_FORMAT, back=20, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "api_" + "x" * 40,
        "export TOKEN=api_<your-token>",
        "rapi_configuration.handler",
    ),
    reference="trufflehog detector closecrm; https://developer.close.com",
    score=0.9,
)
