"""Square access token or application secret."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    rb"""
    (?:
      sq0[a-z]{3}-(?!(.)\1{9})[0-9A-Za-z_-]{14,64}+
     | """
    + EDGE
    + rb"""EAAA(?=[A-Za-z+=_-]{0,50}[0-9])[0-9A-Za-z+=_-]{22,60}+(?![0-9A-Za-z+/=_-])
    )
"""
)
_KEY = "sq0atp-" + sample("b64url", 22)
_SECOND_KEY = "sq0csp-" + sample("b64url", 43)
_THIRD_KEY = "EAAA" + sample("b64url", 60)

DETECTOR = Detector(
    id="square_token",
    entity="square_token",
    title="Square access token or application secret",
    kind="secret",
    anchors=(
        Anchor("sq0[a-z]{3}"),
        Anchor("EAAA[A-Za-z0-9_-]{2}"),
    ),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"GET /v1/items?key=«{_SECOND_KEY}»&page=2",
        f'\\"token\\":\\"«{_THIRD_KEY}»\\"',
    ),
    ignores=(
        "sq0atp-" + "x" * 40,
        "export TOKEN=sq0atp-<your-token>",
        "image/png;base64,iVBORw0KGgoAAAANSUhEUgAAEAAABBBB",
    ),
    reference="gitleaks rule square-access-token; trufflehog detector square, squareapp",
)
