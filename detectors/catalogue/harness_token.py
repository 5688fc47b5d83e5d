"""Harness personal or service account token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    [ps]at\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z]{20,24}+(?:\.[0-9A-Za-z]{1,32}+)?
"""
)
_KEY = "pat." + sample("b64url", 22) + "." + sample("hex", 24) + "." + sample("alnum", 20)

DETECTOR = Detector(
    id="harness_token",
    entity="harness_token",
    title="Harness personal or service account token",
    kind="secret",
    anchors=(
        Anchor("pat\\.[A-Za-z0-9_-]{4}"),
        Anchor("sat\\.[A-Za-z0-9_-]{4}"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "export TOKEN=pat.<your-token>",
        "format.compat.pretty_printing",
    ),
    reference="gitleaks rule harness-api-key; trufflehog detector harness",
)
