"""WooCommerce consumer key or secret."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    c[ks]_(?!(.)\1{9})[0-9a-f]{24,40}+(?![0-9A-Za-z])    # 40 hex digits
"""
)
_KEY = "ck_" + sample("hex", 40)
_SECOND_KEY = "cs_" + sample("hex", 40)

DETECTOR = Detector(
    id="woocommerce_key",
    entity="woocommerce_key",
    title="WooCommerce consumer key or secret",
    kind="secret",
    anchors=(
        Anchor("ck_[0-9a-f]{5}"),
        Anchor("cs_[0-9a-f]{5}"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f"Authorization: Bearer «{_SECOND_KEY}», retrying",
    ),
    ignores=(
        "ck_" + "x" * 40,
        "export TOKEN=ck_<your-token>",
        "ck_beadface",
    ),
    reference="https://woocommerce.github.io/woocommerce-rest-api-docs/#authentication",
)
