"""HubSpot private app token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    pat-[a-z]{2}[0-9]-[0-9A-Za-z]{8}-[0-9A-Za-z]{4}-[0-9A-Za-z-]{8,24}+
"""
)
_KEY = "pat-na1-" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))
_SECOND_KEY = "pat-eu1-" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))

DETECTOR = Detector(
    id="hubspot_token",
    entity="hubspot_token",
    title="HubSpot private app token",
    kind="secret",
    anchors=(Anchor("pat-[a-z]{2}[0-9]-"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"Bearer%20«{_SECOND_KEY}»",
    ),
    ignores=(
        "export TOKEN=pat-na1-<your-token>",
        "pat-na1-region",
    ),
    reference="trufflehog detector hubspot_apikey/v2; https://developers.hubspot.com",
)
