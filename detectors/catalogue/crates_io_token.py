"""crates.io API token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    cio(?=[A-Za-z]{0,31}[0-9])[0-9A-Za-z]{32}(?![0-9A-Za-z])
"""
)
_KEY = "cio" + sample("alnum", 32)

DETECTOR = Detector(
    id="crates_io_token",
    entity="crates_io_token",
    title="crates.io API token",
    kind="secret",
    anchors=(Anchor("cio[A-Za-z0-9]{5}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "export TOKEN=cio<your-token>",
        "precio",
        "cioppino",
    ),
    reference="noseyparker rule np.cratesio.1; https://crates.io",
)
