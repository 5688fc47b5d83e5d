"""Confluent Cloud API secret."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    cflt(?=[A-Za-z+/]{0,59}[0-9])(?!(.)\1{9})[0-9A-Za-z+/]{48,64}+(?![0-9A-Za-z+/=_-])
"""
)
_KEY = "cflt" + sample("alnum", 60)

DETECTOR = Detector(
    id="confluent_secret",
    entity="confluent_secret",
    title="Confluent Cloud API secret",
    kind="secret",
    anchors=(Anchor("cflt[A-Za-z0-9+/]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "cflt" + "x" * 40,
        "export TOKEN=cflt<your-token>",
        "cfltools",
    ),
    reference="https://docs.confluent.io",
)
