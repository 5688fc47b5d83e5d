"""Pydantic Logfire token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    pylf_v[0-9]_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_]{20,100}+
"""
_KEY = "pylf_v1_us_" + sample("alnum", 43)

DETECTOR = Detector(
    id="logfire_token",
    entity="logfire_token",
    title="Pydantic Logfire token",
    kind="secret",
    anchors=(Anchor("pylf_v"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "pylf_v1_" + "x" * 40,
        "export TOKEN=pylf_v1_<your-token>",
        "pylf_v1_us",
    ),
    reference="https://logfire.pydantic.dev",
)
