"""n8n API key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    n8n_api_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{38,512}+       # 80 hex digits
"""
_KEY = "n8n_api_" + sample("hex", 80)

DETECTOR = Detector(
    id="n8n_key",
    entity="n8n_key",
    title="n8n API key",
    kind="secret",
    anchors=(Anchor("n8n_api_"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "n8n_api_" + "x" * 40,
        "export TOKEN=n8n_api_<your-token>",
    ),
    reference="https://docs.n8n.io",
)
