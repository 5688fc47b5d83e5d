"""Prefect API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    pn[ub]_
    (?!(.)\1{9})  # not a mask: xxxx...
    (?=[A-Za-z]{0,22}[0-9])[0-9A-Za-z]{22,48}+    # 36 characters
"""
)
_KEY = "pnu_" + sample("alnum", 36)

DETECTOR = Detector(
    id="prefect_key",
    entity="prefect_key",
    title="Prefect API key",
    kind="secret",
    anchors=(Anchor("pn[ub]_[A-Za-z0-9]{2}"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "pnu_" + "x" * 40,
        "export TOKEN=pnu_<your-token>",
        "pnu_ok",
    ),
    reference="gitleaks rule prefect-api-token; https://docs.prefect.io",
)
