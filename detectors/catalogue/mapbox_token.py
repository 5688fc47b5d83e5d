"""Mapbox or LocationIQ token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    [spt]k\.
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_+/=-]{32,500}+(?:\.[0-9A-Za-z_+/=-]{12,64}+)?   # JSON, ".", signature (LocationIQ: 32 hex digits)
"""
)
_KEY = "sk.eyJ1Ijoi" + sample("alnum", 60) + "." + sample("b64url", 22)
_SECOND_KEY = "pk." + sample("hex", 32)

DETECTOR = Detector(
    id="mapbox_token",
    entity="mapbox_token",
    title="Mapbox or LocationIQ token",
    kind="secret",
    anchors=(Anchor("[spt]k\\.[A-Za-z0-9_+=-]{5}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"Bearer%20«{_SECOND_KEY}»",
    ),
    ignores=(
        "sk." + "x" * 40,
        "export TOKEN=sk.<your-token>",
        "task.AbstractConfigurationRefreshHandler",
    ),
    reference="gitleaks rule mapbox-api-token; trufflehog detector mapbox, locationiq",
)
