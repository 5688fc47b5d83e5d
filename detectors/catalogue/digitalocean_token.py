"""DigitalOcean personal, OAuth or refresh token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    do[opr]_v1_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{38,128}+       # 64 hex digits
"""
_KEY = "dop_v1_" + sample("hex", 64)
_SECOND_KEY = "doo_v1_" + sample("hex", 64)

DETECTOR = Detector(
    id="digitalocean_token",
    entity="digitalocean_token",
    title="DigitalOcean personal, OAuth or refresh token",
    kind="secret",
    anchors=(Anchor("do[opr]_v1_"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f'\\"token\\":\\"«{_SECOND_KEY}»\\"',
    ),
    ignores=(
        "dop_v1_" + "x" * 40,
        "export TOKEN=dop_v1_<your-token>",
    ),
    reference="gitleaks rule digitalocean-pat; https://docs.digitalocean.com",
)
