"""Sentry auth token (organisation, user, integration)."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    sntry[a-z]_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z+/=_-]{38,1024}+  # user: 64 hex digits; organisation: base64 JSON, "_", signature
"""
_KEY = "sntryu_" + sample("hex", 64)
_SECOND_KEY = "sntrys_" + "eyJpYXQiOjE3" + sample("alnum", 180)

DETECTOR = Detector(
    id="sentry_token",
    entity="sentry_token",
    title="Sentry auth token (organisation, user, integration)",
    kind="secret",
    anchors=(Anchor("sntry[a-z]_"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"Bearer%20«{_SECOND_KEY}»",
    ),
    ignores=(
        "sntryu_" + "x" * 40,
        "export TOKEN=sntryu_<your-token>",
        "sntryu_token not set",
    ),
    reference="gitleaks rule sentry-user-token, sentry-org-token; https://docs.sentry.io",
)
