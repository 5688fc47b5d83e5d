"""Deno Deploy token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    dd[pow]_
    (?!(.)\1{9})  # not a mask: xxxx...
    (?=[A-Za-z]{0,21}[0-9])[0-9A-Za-z]{22,48}+    # 36 characters
"""
)
_KEY = "ddp_" + sample("alnum", 36)

DETECTOR = Detector(
    id="deno_token",
    entity="deno_token",
    title="Deno Deploy token",
    kind="secret",
    anchors=(Anchor("dd[pow]_[A-Za-z0-9]{3}"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "ddp_" + "x" * 40,
        "export TOKEN=ddp_<your-token>",
        "addo_total=3",
    ),
    reference="trufflehog detector deno; https://docs.deno.com",
)
