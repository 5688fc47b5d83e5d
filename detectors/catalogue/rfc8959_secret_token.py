"""secret-token URI (RFC 8959)."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    secret-token:
    (?!(.)\1{9})  # not a mask: xxxx...
    (?:[0-9A-Za-z_~!$*+=:@-]|[.](?=[0-9A-Za-z_~-])|%[0-9A-Fa-f]{2}){8,1024}+
"""
_KEY = "secret-token:" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))

DETECTOR = Detector(
    id="rfc8959_secret_token",
    entity="rfc8959_secret_token",
    title="secret-token URI (RFC 8959)",
    kind="secret",
    anchors=(Anchor("secret-t"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "secret-token:" + "x" * 40,
        "export TOKEN=secret-token:<your-token>",
        "secret-token: ",
    ),
    reference="RFC 8959",
)
