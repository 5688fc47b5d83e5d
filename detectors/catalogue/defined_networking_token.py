"""Defined Networking API token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    dnkey-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_=-]{40,128}+    # 26, "-", 52
"""
_KEY = "dnkey-" + sample("upper", 26) + "-" + sample("upper", 52)

DETECTOR = Detector(
    id="defined_networking_token",
    entity="defined_networking_token",
    title="Defined Networking API token",
    kind="secret",
    anchors=(Anchor("dnkey-"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "dnkey-" + "x" * 40,
        "export TOKEN=dnkey-<your-token>",
        "dnkey-file missing",
    ),
    reference="gitleaks rule defined-networking-api-token",
)
