"""Plaid access, public or link token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?:access|public|link|processor)-(?:sandbox|development|production)-
    [0-9A-Za-z]{8}-[0-9A-Za-z]{4}-[0-9A-Za-z-]{6,22}+
"""
)
_KEY = "access-sandbox-" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))
_SECOND_KEY = "access-production-" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))

DETECTOR = Detector(
    id="plaid_token",
    entity="plaid_token",
    title="Plaid access, public or link token",
    kind="secret",
    anchors=(
        Anchor("access-s"),
        Anchor("access-d"),
        Anchor("access-p"),
        Anchor("link-san"),
        Anchor("link-pro"),
        Anchor("public-s"),
        Anchor("public-p"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"loaded config\\n«{_SECOND_KEY}»",
    ),
    ignores=(
        "export TOKEN=access-sandbox-<your-token>",
        "access-production-cluster",
    ),
    reference="gitleaks rule plaid-api-token; https://plaid.com",
)
