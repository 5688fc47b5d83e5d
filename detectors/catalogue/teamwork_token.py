"""Teamwork API token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    tkn\.v1_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z+/_-]{40,120}+={0,2}    # 71 or 72 characters of base64
"""
_KEY = "tkn.v1_" + sample("alnum", 71) + "="

DETECTOR = Detector(
    id="teamwork_token",
    entity="teamwork_token",
    title="Teamwork API token",
    kind="secret",
    anchors=(Anchor("tkn\\.v1_"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "tkn.v1_" + "x" * 40,
        "export TOKEN=tkn.v1_<your-token>",
    ),
    reference="trufflehog detector teamworkcrm, teamworkdesk, teamworkspaces; https://apidocs.teamwork.com",
)
