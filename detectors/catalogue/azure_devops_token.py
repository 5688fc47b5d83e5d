"""Azure DevOps personal access token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    [0-9A-Za-z]{76}AZDO[0-9A-Za-z]{4}(?![0-9A-Za-z])
"""
)
_KEY = sample("alnum", 76) + "AZDO" + sample("alnum", 4)

DETECTOR = Detector(
    id="azure_devops_token",
    entity="azure_devops_token",
    title="Azure DevOps personal access token",
    kind="secret",
    anchors=(Anchor("AZDO"),),
    verify=token(_FORMAT, back=80, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=("mark AZDO alone",),
    reference="noseyparker rule np.azure.4; https://learn.microsoft.com/azure/devops",
)
