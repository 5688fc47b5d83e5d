"""Typeform personal access token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    tfp_
    (?!(.)\1{9})  # not a mask: xxxx...
    (?:[0-9A-Za-z_=-]|\.(?=[0-9A-Za-z_=-])){24,100}+
"""
_KEY = "tfp_" + sample("b64url", 59)

DETECTOR = Detector(
    id="typeform_token",
    entity="typeform_token",
    title="Typeform personal access token",
    kind="secret",
    anchors=(Anchor("tfp_"),),
    verify=token(_FORMAT, back=4, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "tfp_" + "x" * 40,
        "export TOKEN=tfp_<your-token>",
        "tfp_module loaded",
    ),
    reference="gitleaks rule typeform-api-token; https://www.typeform.com",
)
