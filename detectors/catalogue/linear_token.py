"""Linear API key, OAuth token or webhook secret."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    lin_(?:api|oauth|wh)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{24,128}+       # 40; OAuth tokens 64
"""
_KEY = "lin_api_" + sample("alnum", 40)
_SECOND_KEY = "lin_oauth_" + sample("alnum", 64)

DETECTOR = Detector(
    id="linear_token",
    entity="linear_token",
    title="Linear API key, OAuth token or webhook secret",
    kind="secret",
    anchors=(
        Anchor("lin_api_"),
        Anchor("lin_oaut"),
        Anchor("lin_wh_[A-Za-z0-9]"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"Bearer%20«{_SECOND_KEY}»",
    ),
    ignores=(
        "lin_api_" + "x" * 40,
        "export TOKEN=lin_api_<your-token>",
        "lin_api_client started",
    ),
    reference="gitleaks rule linear-api-key; https://linear.app",
)
