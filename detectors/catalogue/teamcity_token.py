"""TeamCity access token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    eyJ0eXAiOiAiVENWMiJ9\.(?!(.)\1{9})[0-9A-Za-z_-]{20,64}+\.[0-9A-Za-z_-]{28,80}+     # header {"typ": "TCV2"}
"""
_KEY = "eyJ0eXAiOiAiVENWMiJ9." + sample("b64url", 36) + "." + sample("b64url", 48)

DETECTOR = Detector(
    id="teamcity_token",
    entity="teamcity_token",
    title="TeamCity access token",
    kind="secret",
    anchors=(Anchor("eyJ0eXAiOiAiVENWMiJ9"),),
    verify=token(_FORMAT, back=20, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "export TOKEN=eyJ0eXAiOiAiVENWMiJ9.<your-token>",
        "eyJ0eXAiOiAiVENWMiJ9 is the header",
    ),
    reference="noseyparker rule np.teamcity.1",
)
