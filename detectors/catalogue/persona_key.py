"""Persona API key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    persona_(?:sandbox|production)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{20,100}+
"""
_KEY = "persona_sandbox_" + sample("alnum", 36)

DETECTOR = Detector(
    id="persona_key",
    entity="persona_key",
    title="Persona API key",
    kind="secret",
    anchors=(
        Anchor("persona_s"),
        Anchor("persona_p"),
    ),
    verify=token(_FORMAT, back=9, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "persona_sandbox_" + "x" * 40,
        "export TOKEN=persona_sandbox_<your-token>",
        "persona_production_url",
    ),
    reference="https://docs.withpersona.com",
)
