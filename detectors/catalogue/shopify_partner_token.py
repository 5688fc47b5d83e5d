"""Shopify partner or app automation token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?:prtapi|atkn)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{20,512}+       # 32 hex digits or more
"""
)
_KEY = "prtapi_" + sample("hex", 32)

DETECTOR = Detector(
    id="shopify_partner_token",
    entity="shopify_partner_token",
    title="Shopify partner or app automation token",
    kind="secret",
    anchors=(
        Anchor("prtapi_"),
        Anchor("atkn_[0-9a-f][0-9a-f]"),
    ),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "prtapi_" + "x" * 40,
        "export TOKEN=prtapi_<your-token>",
    ),
    reference="https://shopify.dev",
)
