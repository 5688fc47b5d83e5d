"""Brevo (Sendinblue) API or SMTP key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    x(?:key|smtp)sib-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z-]{46,128}+      # 64 hex digits, "-", 16 characters
"""
_KEY = "xkeysib-" + sample("hex", 64) + "-" + sample("alnum", 16)
_SECOND_KEY = "xsmtpsib-" + sample("hex", 64) + "-" + sample("alnum", 16)

DETECTOR = Detector(
    id="brevo_key",
    entity="brevo_key",
    title="Brevo (Sendinblue) API or SMTP key",
    kind="secret",
    anchors=(
        Anchor("xkeysib-"),
        Anchor("xsmtpsib"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f"Authorization: Bearer «{_SECOND_KEY}», retrying",
    ),
    ignores=(
        "xkeysib-" + "x" * 40,
        "export TOKEN=xkeysib-<your-token>",
    ),
    reference="gitleaks rule sendinblue-api-token; https://developers.brevo.com",
)
