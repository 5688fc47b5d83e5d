"""Ionic Appflow token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    ion_(?=[a-z]{0,41}[0-9])[a-z0-9]{40,48}+(?![0-9A-Za-z_])
"""
)
_KEY = "ion_" + sample("lower", 42)

DETECTOR = Detector(
    id="ionic_token",
    entity="ionic_token",
    title="Ionic Appflow token",
    kind="secret",
    anchors=(Anchor("ion_[a-z0-9]{40}"),),
    verify=token(_FORMAT, back=44, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "export TOKEN=ion_<your-token>",
        "version_total",
    ),
    reference="kingfisher rule kingfisher.ionic.1",
)
