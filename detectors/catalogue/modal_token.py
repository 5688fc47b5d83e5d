"""Modal token id or secret."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    a[ks]-(?=[a-z]{0,21}[0-9A-Z])(?=[A-Za-z]{0,21}[0-9])(?!(.)\1{9})[0-9A-Za-z]{22}(?![0-9A-Za-z_-])
"""
)
_KEY = "ak-" + sample("alnum", 22)
_SECOND_KEY = "as-" + sample("alnum", 22)

DETECTOR = Detector(
    id="modal_token",
    entity="modal_token",
    title="Modal token id or secret",
    kind="secret",
    anchors=(Anchor("a[ks]-[A-Za-z0-9]{5}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"GET /v1/items?key=«{_SECOND_KEY}»&page=2",
    ),
    ignores=(
        "ak-" + "x" * 40,
        "export TOKEN=ak-<your-token>",
        "task as-configuredbyoperators1x",
    ),
    reference="https://modal.com",
    score=0.9,
)
