"""Platform-agnostic security token (PASETO)."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    v[1-4]\.(?:public|local)\.
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{40,512}+
"""
)
_KEY = "v4.public." + sample("b64url", 120)

DETECTOR = Detector(
    id="paseto_token",
    entity="paseto_token",
    title="Platform-agnostic security token (PASETO)",
    kind="secret",
    anchors=(
        Anchor("v[1-4]\\.publ"),
        Anchor("v[1-4]\\.loca"),
    ),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "v4.public." + "x" * 40,
        "export TOKEN=v4.public.<your-token>",
        "v2.local.example",
    ),
    reference="https://github.com/paseto-standard/paseto-spec",
)
