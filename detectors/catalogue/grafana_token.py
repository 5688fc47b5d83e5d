"""Grafana service account, cloud or API token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    (?:
      glsa_(?!(.)\1{9})[0-9A-Za-z_]{24,80}+                 # 32, "_", 8 hex digits of checksum
     | glc_[0-9A-Za-z+/_-]{20,600}+={0,3}         # base64 JSON
     | eyJrIjoi[0-9A-Za-z+/_-]{40,600}+={0,3}     # base64 of {"k":"
    )
"""
_KEY = "glsa_" + sample("alnum", 32) + "_" + sample("hex", 8)
_SECOND_KEY = "glc_" + sample("alnum", 100)
_THIRD_KEY = "eyJrIjoi" + sample("alnum", 80)

DETECTOR = Detector(
    id="grafana_token",
    entity="grafana_token",
    title="Grafana service account, cloud or API token",
    kind="secret",
    anchors=(
        Anchor("glsa_"),
        Anchor("glc_[A-Za-z0-9]"),
        Anchor("eyJrI"),
    ),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"loaded config\\n«{_SECOND_KEY}»",
        f"TOKEN=«{_THIRD_KEY}»",
    ),
    ignores=(
        "glsa_" + "x" * 40,
        "export TOKEN=glsa_<your-token>",
        "glc_object freed",
    ),
    reference="gitleaks rule grafana-*; https://grafana.com",
)
