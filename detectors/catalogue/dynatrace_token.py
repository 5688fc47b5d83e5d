"""Dynatrace API, platform or OAuth token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    dt0[a-z][0-9]{2}\.
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{8,24}+\.[0-9A-Za-z]{30,128}+      # public id, ".", secret
"""
_KEY = "dt0c01." + sample("base32", 24) + "." + sample("base32", 64)

DETECTOR = Detector(
    id="dynatrace_token",
    entity="dynatrace_token",
    title="Dynatrace API, platform or OAuth token",
    kind="secret",
    anchors=(Anchor("dt0[a-z][0-9]{2}\\."),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "dt0c01." + "x" * 40,
        "export TOKEN=dt0c01.<your-token>",
        "dt0c01.ABCDEFGH expired",
    ),
    reference="gitleaks rule dynatrace-api-token; https://docs.dynatrace.com",
)
