"""42 intranet application secret."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    s-s4t2(?:ud|af)-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{38,100}+       # 64 hex digits
"""
_KEY = "s-s4t2ud-" + sample("hex", 64)

DETECTOR = Detector(
    id="intra42_secret",
    entity="intra42_secret",
    title="42 intranet application secret",
    kind="secret",
    anchors=(Anchor("s-s4t2"),),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "s-s4t2ud-" + "x" * 40,
        "export TOKEN=s-s4t2ud-<your-token>",
    ),
    reference="gitleaks rule intra42-client-secret; https://api.intra.42.fr",
)
