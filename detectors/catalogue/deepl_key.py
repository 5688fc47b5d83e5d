"""DeepL API key of the free plan."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}:fx(?![0-9A-Za-z])
"""
)
_KEY = "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12)) + ":fx"

DETECTOR = Detector(
    id="deepl_key",
    entity="deepl_key",
    title="DeepL API key of the free plan",
    kind="secret",
    anchors=(Anchor("[0-9a-f]:fx"),),
    verify=token(_FORMAT, back=39, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=("scale:fx",),
    reference="https://developers.deepl.com",
)
