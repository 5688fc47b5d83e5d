"""AWS AppSync GraphQL API key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    da2-(?=[a-z]{0,25}[0-9])(?!(.)\1{9})[a-z0-9]{18,32}+(?![0-9A-Za-z-])
"""
)
_KEY = "da2-" + sample("lower", 26)

DETECTOR = Detector(
    id="aws_appsync_key",
    entity="aws_appsync_key",
    title="AWS AppSync GraphQL API key",
    kind="secret",
    anchors=(Anchor("da2-[a-z0-9]{13}"),),  # one more than the last group of a UUID
    verify=token(_FORMAT, back=17, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "da2-" + "x" * 40,
        "export TOKEN=da2-<your-token>",
        "lambda2-processor",
    ),
    reference="noseyparker rule np.appsync.1; https://docs.aws.amazon.com",
)
