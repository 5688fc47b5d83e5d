"""ConfigCat SDK key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    configcat-(?:sdk|proxy)-[0-9]/[0-9A-Za-z_-]{22}/
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{12,512}+       # 22 characters
"""
)
_KEY = "configcat-sdk-1/" + sample("b64url", 22) + "/" + sample("b64url", 22)

DETECTOR = Detector(
    id="configcat_key",
    entity="configcat_key",
    title="ConfigCat SDK key",
    kind="secret",
    anchors=(Anchor("configca"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "configcat-sdk-1/" + "x" * 40,
        "export TOKEN=configcat-sdk-1/<your-token>",
        "configcat-sdk-1 loaded",
    ),
    reference="https://configcat.com",
)
