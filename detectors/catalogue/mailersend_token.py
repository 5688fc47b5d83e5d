"""MailerSend API token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    mlsn\.
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{38,100}+       # 64 hex digits
"""
_KEY = "mlsn." + sample("hex", 64)

DETECTOR = Detector(
    id="mailersend_token",
    entity="mailersend_token",
    title="MailerSend API token",
    kind="secret",
    anchors=(Anchor("mlsn\\."),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "mlsn." + "x" * 40,
        "export TOKEN=mlsn.<your-token>",
    ),
    reference="https://developers.mailersend.com",
)
