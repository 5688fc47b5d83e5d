"""Elastic Cloud or serverless API key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    essu_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z+/_-]{30,400}+={0,2}
"""
_KEY = "essu_" + sample("alnum", 80)

DETECTOR = Detector(
    id="elastic_key",
    entity="elastic_key",
    title="Elastic Cloud or serverless API key",
    kind="secret",
    anchors=(Anchor("essu_"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "essu_" + "x" * 40,
        "export TOKEN=essu_<your-token>",
        "lessu_n",
    ),
    reference="https://www.elastic.co",
)
