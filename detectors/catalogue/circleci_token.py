"""CircleCI personal or project token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    CCIP(?:AT|RJ)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_]{38,100}+      # 22, "_", 40 hex digits
"""
_KEY = "CCIPAT_" + sample("alnum", 22) + "_" + sample("hex", 40)

DETECTOR = Detector(
    id="circleci_token",
    entity="circleci_token",
    title="CircleCI personal or project token",
    kind="secret",
    anchors=(
        Anchor("CCIPAT_"),
        Anchor("CCIPRJ_"),
    ),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "CCIPAT_" + "x" * 40,
        "export TOKEN=CCIPAT_<your-token>",
    ),
    reference="trufflehog detector circleci/v2; https://circleci.com",
)
