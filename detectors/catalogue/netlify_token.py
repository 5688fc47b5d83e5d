"""Netlify token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    nf[pcobu]_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_]{22,64}+       # 36 characters and more
"""
)
_KEY = "nfp_" + sample("alnum", 40)

DETECTOR = Detector(
    id="netlify_token",
    entity="netlify_token",
    title="Netlify token",
    kind="secret",
    anchors=(Anchor("nf[pcobu]_[A-Za-z0-9]{3}"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "nfp_" + "x" * 40,
        "export TOKEN=nfp_<your-token>",
        "conf_path: confp_x",
    ),
    reference="trufflehog detector netlify/v2; https://docs.netlify.com",
)
