"""CockroachDB Cloud API key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    CCDB1_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_]{38,100}+      # 22, "_", 40 characters
"""
_KEY = "CCDB1_" + sample("alnum", 22) + "_" + sample("alnum", 40)

DETECTOR = Detector(
    id="cockroachdb_token",
    entity="cockroachdb_token",
    title="CockroachDB Cloud API key",
    kind="secret",
    anchors=(Anchor("CCDB1_"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "CCDB1_" + "x" * 40,
        "export TOKEN=CCDB1_<your-token>",
        "CCDB1_CLUSTER",
    ),
    reference="https://www.cockroachlabs.com",
)
