"""Intercom access token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    dG9rO(?!(.)\1{9})[0-9A-Za-z+/]{34,100}+={0,2}    # base64 of "tok:"
"""
)
_KEY = "dG9rO" + sample("alnum", 54) + "="

DETECTOR = Detector(
    id="intercom_token",
    entity="intercom_token",
    title="Intercom access token",
    kind="secret",
    anchors=(Anchor("dG9rO[A-Za-z0-9+/]{3}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "dG9rO" + "x" * 40,
        "export TOKEN=dG9rO<your-token>",
        "dG9rOng",
    ),
    reference="https://developers.intercom.com",
)
