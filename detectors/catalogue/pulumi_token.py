"""Pulumi access token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    pul-[0-9a-z]{24,64}+       # 40 hex digits
"""
)
_KEY = "pul-" + sample("hex", 40)

DETECTOR = Detector(
    id="pulumi_token",
    entity="pulumi_token",
    title="Pulumi access token",
    kind="secret",
    anchors=(Anchor("pul-[0-9a-f]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "pul-" + "x" * 40,
        "export TOKEN=pul-<your-token>",
    ),
    reference="gitleaks rule pulumi-api-token; https://www.pulumi.com",
)
