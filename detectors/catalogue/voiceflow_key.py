"""Voiceflow Dialog Manager or workspace key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    VF\.(?:(?:DM|WS)\.)?[0-9A-Za-z]{24}\.[0-9A-Za-z]{10,32}+
"""
)
_KEY = "VF.DM." + sample("hex", 24) + "." + sample("alnum", 16)
_SECOND_KEY = "VF." + sample("hex", 24) + "." + sample("alnum", 16)

DETECTOR = Detector(
    id="voiceflow_key",
    entity="voiceflow_key",
    title="Voiceflow Dialog Manager or workspace key",
    kind="secret",
    anchors=(Anchor("VF\\.[0-9A-Fa-fW][0-9A-Fa-fMS]"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f"Authorization: Bearer «{_SECOND_KEY}», retrying",
    ),
    ignores=(
        "export TOKEN=VF.DM.<your-token>",
        "VF.DM.example.com",
    ),
    reference="trufflehog detector voiceflow; https://docs.voiceflow.com",
)
