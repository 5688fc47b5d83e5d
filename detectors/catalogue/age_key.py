"""age file encryption identity."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    AGE-(?:SECRET-KEY|PLUGIN-[A-Z0-9-]{1,40}?)-1(?!(.)\1{9})[0-9A-Z]{35,128}+      # bech32
"""
_KEY = "AGE-SECRET-KEY-1" + sample("upper", 58)

DETECTOR = Detector(
    id="age_key",
    entity="age_key",
    title="age file encryption identity",
    kind="secret",
    anchors=(
        Anchor("AGE-SECR"),
        Anchor("AGE-PLUG"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "AGE-SECRET-KEY-1" + "x" * 40,
        "export TOKEN=AGE-SECRET-KEY-1<your-token>",
        "AGE-SECRET-KEY-1 is the prefix",
    ),
    reference="gitleaks rule age-secret-key; https://age-encryption.org",
)
