"""Heroku API key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    HRKU-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{22,100}+     # a UUID, or AA and 58 characters
"""
_KEY = "HRKU-AA" + sample("b64url", 58)
_SECOND_KEY = "HRKU-" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))

DETECTOR = Detector(
    id="heroku_key",
    entity="heroku_key",
    title="Heroku API key",
    kind="secret",
    anchors=(Anchor("HRKU-"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"loaded config\\n«{_SECOND_KEY}»",
    ),
    ignores=(
        "HRKU-" + "x" * 40,
        "export TOKEN=HRKU-<your-token>",
    ),
    reference="gitleaks rule heroku-api-key-v2; trufflehog detector heroku/v2",
)
