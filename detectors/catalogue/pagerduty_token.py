"""PagerDuty token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    pd(?:us|eu)\+_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_+-]{16,80}+
"""
_KEY = "pdus+_0XBP" + sample("alnum", 28)

DETECTOR = Detector(
    id="pagerduty_token",
    entity="pagerduty_token",
    title="PagerDuty token",
    kind="secret",
    anchors=(
        Anchor("pdus\\+_"),
        Anchor("pdeu\\+_"),
    ),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "pdus+_" + "x" * 40,
        "export TOKEN=pdus+_<your-token>",
    ),
    reference="https://developer.pagerduty.com",
)
