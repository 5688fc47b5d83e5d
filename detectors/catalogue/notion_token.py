"""Notion integration token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    (?:
      ntn_(?!(.)\1{9})[0-9]{3}[0-9A-Za-z]{25,64}+                        # since 2024: 11 digits, then 35 characters
     | secret_(?=[A-Za-z]{0,40}[0-9])(?=[a-z0-9]{0,40}[A-Z])   # before: 43 characters of mixed kind
       [0-9A-Za-z]{43}(?![0-9A-Za-z])
    )
"""
_KEY = "ntn_" + sample("digits", 11) + sample("alnum", 35)
_SECOND_KEY = "secret_" + sample("alnum", 43)

DETECTOR = Detector(
    id="notion_token",
    entity="notion_token",
    title="Notion integration token",
    kind="secret",
    anchors=(
        Anchor("ntn_[0-9]{3}"),
        Anchor("secret_"),
    ),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"Authorization: Bearer «{_KEY}», retrying",
        f"GET /v1/items?key=«{_SECOND_KEY}»&page=2",
    ),
    ignores=(
        "secret_" + "x" * 40,
        "export TOKEN=secret_<your-token>",
        "secret_name=payments-db",
        "client_secret_expires_at=0",
        "secret_",
    ),
    reference="gitleaks rule notion-api-token; trufflehog detector notion; https://developers.notion.com",
)
