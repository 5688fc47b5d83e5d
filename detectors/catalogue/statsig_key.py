"""Statsig server or console key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    (?:secret|onsole)-(?=[A-Za-z]{0,40}[0-9])(?!(.)\1{9})[0-9A-Za-z]{30,64}+(?![0-9A-Za-z_-])
"""
_KEY = "secret-" + sample("alnum", 43)

DETECTOR = Detector(
    id="statsig_key",
    entity="statsig_key",
    title="Statsig server or console key",
    kind="secret",
    anchors=(
        Anchor("secret-[A-Za-z0-9]"),
        Anchor("onsole-[A-Za-z0-9]"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"TOKEN=«{_KEY}»",
    ),
    ignores=(
        "secret-" + "x" * 40,
        "export TOKEN=secret-<your-token>",
        "secret-operator-79f8d7c9b4-x2x1z",
    ),
    reference="https://docs.statsig.com",
)
