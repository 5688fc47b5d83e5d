"""SettleMint access token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    sm_[aps]at_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{9,48}+         # 16 characters
"""
_KEY = "sm_aat_" + sample("alnum", 16)
_SECOND_KEY = "sm_pat_" + sample("alnum", 16)

DETECTOR = Detector(
    id="settlemint_token",
    entity="settlemint_token",
    title="SettleMint access token",
    kind="secret",
    anchors=(Anchor("sm_[aps]at_"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"Bearer%20«{_SECOND_KEY}»",
    ),
    ignores=(
        "sm_aat_" + "x" * 40,
        "export TOKEN=sm_aat_<your-token>",
        "sm_sat_total",
    ),
    reference="gitleaks rule settlemint-*; https://console.settlemint.com",
)
