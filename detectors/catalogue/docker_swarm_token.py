"""Docker Swarm join token or unlock key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    SWM(?:TKN|KEY)-1-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z+/-]{24,100}+={0,2}
"""
_KEY = "SWMTKN-1-" + sample("lower", 50) + "-" + sample("lower", 25)

DETECTOR = Detector(
    id="docker_swarm_token",
    entity="docker_swarm_token",
    title="Docker Swarm join token or unlock key",
    kind="secret",
    anchors=(
        Anchor("SWMTKN-1"),
        Anchor("SWMKEY-1"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "SWMTKN-1-" + "x" * 40,
        "export TOKEN=SWMTKN-1-<your-token>",
        "SWMTKN-1 expired",
    ),
    reference="https://docs.docker.com",
)
