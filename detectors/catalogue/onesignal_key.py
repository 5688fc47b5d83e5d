"""OneSignal app or organisation key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    os_v2_(?:app|org)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{50,200}+
"""
_KEY = "os_v2_app_" + sample("lower", 103)

DETECTOR = Detector(
    id="onesignal_key",
    entity="onesignal_key",
    title="OneSignal app or organisation key",
    kind="secret",
    anchors=(Anchor("os_v2_"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "os_v2_app_" + "x" * 40,
        "export TOKEN=os_v2_app_<your-token>",
        "macos_v2_app_build",
    ),
    reference="https://documentation.onesignal.com",
)
