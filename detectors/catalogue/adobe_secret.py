"""Adobe client secret."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    p8e-(?!(.)\1{9})[0-9A-Za-z-]{20,48}+
"""
)
_KEY = "p8e-" + sample("hex", 32)

DETECTOR = Detector(
    id="adobe_secret",
    entity="adobe_secret",
    title="Adobe client secret",
    kind="secret",
    anchors=(Anchor("p8e-[A-Za-z0-9-]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "p8e-" + "x" * 40,
        "export TOKEN=p8e-<your-token>",
        "p8e-x",
    ),
    reference="gitleaks rule adobe-client-secret; noseyparker rule np.adobe.1",
)
