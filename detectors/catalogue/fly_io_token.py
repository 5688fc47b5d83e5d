"""Fly.io access token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    (?:
      fo1_(?!(.)\1{9})[0-9A-Za-z_-]{26,128}+
     | fm(?:1[ar]|2)_(?:[0-9A-Za-z+/=_-]|,(?=fm)){60,3000}+    # macaroons, several joined by commas
    )
"""
_KEY = "fo1_" + sample("b64url", 43)
_SECOND_KEY = "fm2_" + sample("alnum", 160)

DETECTOR = Detector(
    id="fly_io_token",
    entity="fly_io_token",
    title="Fly.io access token",
    kind="secret",
    anchors=(
        Anchor("fo1_[A-Za-z0-9_-]"),
        Anchor("fm1[ar]_"),
        Anchor("fm2_[A-Za-z0-9+/]"),
    ),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"loaded config\\n«{_SECOND_KEY}»",
    ),
    ignores=(
        "fo1_" + "x" * 40,
        "export TOKEN=fo1_<your-token>",
        "fm1a_ab loaded",
    ),
    reference="gitleaks rule flyio-access-token; trufflehog detector flyio",
)
