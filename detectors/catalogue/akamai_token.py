"""Akamai EdgeGrid access or client token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    akab-[0-9a-z]{12,20}+-[0-9a-z]{12,20}+(?!\.?[0-9A-Za-z])     # behind a dot it is the account's host name
"""
)
_KEY = "akab-" + sample("lower", 16) + "-" + sample("lower", 16)

DETECTOR = Detector(
    id="akamai_token",
    entity="akamai_token",
    title="Akamai EdgeGrid access or client token",
    kind="secret",
    anchors=(Anchor("akab-[a-z0-9]{3}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "export TOKEN=akab-<your-token>",
        "host akab-x.luna.akamaiapis.net",
    ),
    reference="https://techdocs.akamai.com",
)
