"""Laravel application key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""(?<!;)
    base64:(?!(.)\1{9})[0-9A-Za-z+/]{43}=(?![0-9A-Za-z+/=])
"""
)
_KEY = "base64:" + sample("alnum", 43) + "="

DETECTOR = Detector(
    id="laravel_app_key",
    entity="laravel_app_key",
    title="Laravel application key",
    kind="secret",
    anchors=(Anchor("base64:[A-Za-z0-9+/]"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "base64:" + "x" * 40,
        "export TOKEN=base64:<your-token>",
        "data:image/png;base64:iVBORw0KGgoAAAANSUhEUgAAAEAAAABA",
    ),
    reference="https://laravel.com/docs/encryption#configuration",
    score=0.9,
)
