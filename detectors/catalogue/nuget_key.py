"""NuGet API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    oy2(?=[a-z]{0,42}[0-9])[a-z0-9]{32,43}+(?![0-9A-Za-z])
"""
)
_KEY = "oy2" + sample("lower", 43)

DETECTOR = Detector(
    id="nuget_key",
    entity="nuget_key",
    title="NuGet API key",
    kind="secret",
    anchors=(Anchor("oy2[a-z0-9]{5}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "export TOKEN=oy2<your-token>",
        "joy2theworld",
    ),
    reference="noseyparker rule np.nuget.1; https://learn.microsoft.com/nuget/nuget-org/scoped-api-keys",
)
