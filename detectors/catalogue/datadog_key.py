"""Datadog application or API key with its prefix."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    dd(?:app|api|pat)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{20,80}+
"""
_KEY = "ddapp_" + sample("alnum", 34)

DETECTOR = Detector(
    id="datadog_key",
    entity="datadog_key",
    title="Datadog application or API key with its prefix",
    kind="secret",
    anchors=(
        Anchor("ddapp_"),
        Anchor("ddapi_"),
        Anchor("ddpat_"),
    ),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "ddapp_" + "x" * 40,
        "export TOKEN=ddapp_<your-token>",
        "ddapp_name",
    ),
    reference="https://docs.datadoghq.com",
)
