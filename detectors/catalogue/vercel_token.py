"""Vercel token or blob credential."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?:
      vc[piarkc]_(?!(.)\1{9})(?=[A-Za-z]{0,20}[0-9])[0-9A-Za-z]{20,80}+
     | vercel_blob_rw_[0-9A-Za-z]{8,32}+_[0-9A-Za-z]{16,64}+
    )
"""
)
_KEY = "vcp_" + sample("alnum", 56)
_SECOND_KEY = "vercel_blob_rw_" + sample("alnum", 16) + "_" + sample("alnum", 30)

DETECTOR = Detector(
    id="vercel_token",
    entity="vercel_token",
    title="Vercel token or blob credential",
    kind="secret",
    anchors=(
        Anchor("vc[piarkc]_[A-Za-z0-9]{4}"),
        Anchor("vercel_b"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"Bearer%20«{_SECOND_KEY}»",
    ),
    ignores=(
        "vcp_" + "x" * 40,
        "export TOKEN=vcp_<your-token>",
        "vcp_connections_total",
    ),
    reference="https://vercel.com",
)
