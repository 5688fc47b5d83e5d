"""DigitalOcean Spaces access key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    DO00
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Z]{12,512}+       # 16 characters
"""
)
_KEY = "DO00" + sample("upper", 16)

DETECTOR = Detector(
    id="digitalocean_spaces_key",
    entity="digitalocean_spaces_key",
    title="DigitalOcean Spaces access key",
    kind="secret",
    anchors=(Anchor("DO00[A-Z0-9][A-Z0-9][A-Z0-9]"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "DO00" + "x" * 40,
        "export TOKEN=DO00<your-token>",
        "DO00123",
    ),
    reference="https://docs.digitalocean.com",
)
