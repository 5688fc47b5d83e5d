"""PostHog personal or project key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    ph[xcsr]_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_]{26,64}+
"""
)
_KEY = "phx_" + sample("alnum", 43)
_SECOND_KEY = "phc_" + sample("alnum", 43)

DETECTOR = Detector(
    id="posthog_key",
    entity="posthog_key",
    title="PostHog personal or project key",
    kind="secret",
    anchors=(Anchor("ph[xcsr]_"),),
    verify=token(_FORMAT, back=4, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f'\\"token\\":\\"«{_SECOND_KEY}»\\"',
    ),
    ignores=(
        "phx_" + "x" * 40,
        "export TOKEN=phx_<your-token>",
        "graph_service started",
    ),
    reference="trufflehog detector posthog; https://posthog.com",
)
