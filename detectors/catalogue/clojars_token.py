"""Clojars deploy token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    (?i:clojars_)
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{36,80}+        # 60 hex digits
"""
_KEY = "CLOJARS_" + sample("hex", 60)

DETECTOR = Detector(
    id="clojars_token",
    entity="clojars_token",
    title="Clojars deploy token",
    kind="secret",
    anchors=(Anchor("clojars_", caseless=True),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "CLOJARS_" + "x" * 40,
        "export TOKEN=CLOJARS_<your-token>",
        "CLOJARS_PASSWORD is not set",
    ),
    reference="gitleaks rule clojars-api-token; https://github.com/clojars/clojars-web/wiki/Deploy-Tokens",
)
