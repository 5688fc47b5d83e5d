"""Buildkite API, agent or cluster token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    bk(?:ua|at|ct|aj|pa)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{24,64}+
"""
)
_KEY = "bkua_" + sample("hex", 40)

DETECTOR = Detector(
    id="buildkite_token",
    entity="buildkite_token",
    title="Buildkite API, agent or cluster token",
    kind="secret",
    anchors=(Anchor("bk[a-z]{2}_"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "bkua_" + "x" * 40,
        "export TOKEN=bkua_<your-token>",
        "bkct_total=7",
    ),
    reference="trufflehog detector buildkite/v2; https://buildkite.com",
)
