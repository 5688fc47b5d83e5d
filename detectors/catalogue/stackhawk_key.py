"""StackHawk API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    hawk\.(?!(.)\1{9})[0-9A-Za-z_-]{20}\.[0-9A-Za-z_-]{8,20}+
"""
)
_KEY = "hawk." + sample("b64url", 20) + "." + sample("b64url", 20)

DETECTOR = Detector(
    id="stackhawk_key",
    entity="stackhawk_key",
    title="StackHawk API key",
    kind="secret",
    anchors=(Anchor("hawk\\.[A-Za-z0-9_-]{3}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "hawk." + "x" * 40,
        "export TOKEN=hawk.<your-token>",
        "tomahawk.configuration-loader.example",
    ),
    reference="noseyparker rule np.stackhawk.1; https://docs.stackhawk.com",
)
