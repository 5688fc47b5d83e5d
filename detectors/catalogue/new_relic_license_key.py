"""New Relic ingest licence key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?i:[0-9a-z]{6}[0-9a-f]{26}ffffnral | [0-9a-z]{6}[0-9a-f]{30}nral)
    (?![0-9A-Za-z])
"""
)
_KEY = sample("hex", 32) + "FFFFNRAL"
_SECOND_KEY = "eu01xx" + sample("hex", 26) + "FFFFNRAL"

DETECTOR = Detector(
    id="new_relic_license_key",
    entity="new_relic_license_key",
    title="New Relic ingest licence key",
    kind="secret",
    anchors=(Anchor("nral", caseless=True),),
    verify=token(_FORMAT, back=40, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f'\\"token\\":\\"«{_SECOND_KEY}»\\"',
    ),
    ignores=("key ends in FFFFNRAL",),
    reference="trufflehog detector newreliclicensekey; noseyparker rule np.newrelic.1",
)
