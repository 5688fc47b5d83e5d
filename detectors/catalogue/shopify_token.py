"""Shopify access token or app secret."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    shp(?:at|ca|pa|ss|ua)_     # Admin API, custom app, private app, shared secret, storefront user
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{20,64}+        # 32 hex digits
"""
_KEY = "shpat_" + sample("hex", 32)
_SECOND_KEY = "shpss_" + sample("hex", 32)
_THIRD_KEY = "shpca_" + sample("hex", 20)

DETECTOR = Detector(
    id="shopify_token",
    entity="shopify_token",
    title="Shopify access token or app secret",
    kind="secret",
    anchors=(Anchor("shp[a-z]{2}_"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f"Authorization: Bearer «{_SECOND_KEY}», retrying",
        f"GET /v1/items?key=«{_THIRD_KEY}»&page=2",
    ),
    ignores=(
        "shpat_" + "x" * 40,
        "export TOKEN=shpat_<your-token>",
        "renamed shp2_ to shpat_token in the docs",
    ),
    reference="gitleaks rule shopify-access-token and its siblings; https://shopify.dev",
)
