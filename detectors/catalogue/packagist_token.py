"""Private Packagist token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    packagist_[a-z]{2,4}_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{40,100}+
"""
_KEY = "packagist_org_" + sample("hex", 68)

DETECTOR = Detector(
    id="packagist_token",
    entity="packagist_token",
    title="Private Packagist token",
    kind="secret",
    anchors=(Anchor("packagis"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "packagist_org_" + "x" * 40,
        "export TOKEN=packagist_org_<your-token>",
        "packagist_api_client",
    ),
    reference="https://packagist.com",
)
