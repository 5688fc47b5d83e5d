"""Airtable personal access or OAuth token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    pat[0-9A-Za-z]{14}\.[0-9A-Za-z]{38,80}+     # 64 hex digits
"""
)
_KEY = "pat" + sample("alnum", 14) + "." + sample("hex", 64)

DETECTOR = Detector(
    id="airtable_token",
    entity="airtable_token",
    title="Airtable personal access or OAuth token",
    kind="secret",
    anchors=(Anchor("pat[A-Za-z0-9]{14}\\."),),
    verify=token(_FORMAT, back=18, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "export TOKEN=pat<your-token>",
        "patternMatchingX1.compile",
    ),
    reference="gitleaks rule airtable-personnal-access-token; https://airtable.com/developers/web/guides/personal-access-tokens",
)
