"""Azure Container Registry password."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    [0-9A-Za-z+/]{42}\+ACR[0-9A-Za-z+/]{6}(?![0-9A-Za-z+/])
"""
)
_KEY = sample("alnum", 42) + "+ACRA" + sample("alnum", 5)

DETECTOR = Detector(
    id="azure_registry_key",
    entity="azure_registry_key",
    title="Azure Container Registry password",
    kind="secret",
    anchors=(Anchor("\\+ACR[A-Z0-9a-z]"),),
    verify=token(_FORMAT, back=47, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=("mark +ACRA alone",),
    reference="trufflehog detector azurecontainerregistry",
)
