"""Azure key of 88 characters with the service's mark near its end (Storage, Cosmos DB, Batch, API Management)."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    [0-9A-Za-z+/]{76}(?:\+ASt|\+ABa|ACDb|APIM)[0-9A-Za-z+/]{6}(?:==)?(?![0-9A-Za-z+/])
"""
)
_KEY = sample("alnum", 76) + "ACDb" + sample("alnum", 6) + "=="

DETECTOR = Detector(
    id="azure_long_key",
    entity="azure_long_key",
    title="Azure key of 88 characters with the service's mark near its end (Storage, Cosmos DB, Batch, API Management)",
    kind="secret",
    anchors=(
        Anchor("\\+ASt"),
        Anchor("\\+ABa"),
        Anchor("ACDb"),
        Anchor("APIM"),
    ),
    verify=token(_FORMAT, back=80, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=("mark ACDb alone",),
    reference="https://github.com/microsoft/security-utilities",
)
