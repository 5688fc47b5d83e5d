"""LaunchDarkly SDK, API or mobile key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?:api|sdk|mob)-(?=[a-z-]{0,35}[0-9])
    [0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{6,12}+(?![0-9A-Za-z])
"""
)
_KEY = "sdk-" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))
_SECOND_KEY = "api-" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))

DETECTOR = Detector(
    id="launchdarkly_key",
    entity="launchdarkly_key",
    title="LaunchDarkly SDK, API or mobile key",
    kind="secret",
    anchors=(
        Anchor("api-[0-9a-z]{8}-"),
        Anchor("sdk-[0-9a-z]{8}-"),
        Anchor("mob-[0-9a-z]{8}-"),
    ),
    verify=token(_FORMAT, back=13, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f'\\"token\\":\\"«{_SECOND_KEY}»\\"',
    ),
    ignores=(
        "export TOKEN=sdk-<your-token>",
        "pod api-gateways-main-prod-east-production",
    ),
    reference="trufflehog detector launchdarkly; https://launchdarkly.com",
)
