"""Socket security token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    sktsec_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_]{20,512}+
"""
_KEY = "sktsec_" + sample("alnum", 42) + "_api"

DETECTOR = Detector(
    id="socket_token",
    entity="socket_token",
    title="Socket security token",
    kind="secret",
    anchors=(Anchor("sktsec_"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "sktsec_" + "x" * 40,
        "export TOKEN=sktsec_<your-token>",
    ),
    reference="https://docs.socket.dev",
)
