"""Stytch project secret."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    secret-(?:test|live)-
    (?!(.)\1{9})  # not a mask: xxxx...
    (?=[A-Za-z_=-]{0,30}[0-9])[0-9A-Za-z_=-]{20,80}+
"""
_KEY = "secret-test-" + sample("b64url", 36)

DETECTOR = Detector(
    id="stytch_secret",
    entity="stytch_secret",
    title="Stytch project secret",
    kind="secret",
    anchors=(
        Anchor("secret-t"),
        Anchor("secret-l"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "secret-test-" + "x" * 40,
        "export TOKEN=secret-test-<your-token>",
        "secret-live-database-credentials-for-app",
    ),
    reference="https://stytch.com",
)
