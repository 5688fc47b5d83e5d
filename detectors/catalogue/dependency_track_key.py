"""Dependency-Track API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    odt_(?=[A-Za-z_]{0,40}[0-9])(?!(.)\1{9})[0-9A-Za-z_]{32,255}+
"""
)
_KEY = "odt_" + sample("alnum", 32)

DETECTOR = Detector(
    id="dependency_track_key",
    entity="dependency_track_key",
    title="Dependency-Track API key",
    kind="secret",
    anchors=(Anchor("odt_[A-Za-z0-9]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "odt_" + "x" * 40,
        "export TOKEN=odt_<your-token>",
        "odt_filename",
    ),
    reference="noseyparker rule np.dtrack.1; https://docs.dependencytrack.org",
)
