"""Mailchimp: API keys, which end in their data centre."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE, placeholder
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_key = re.compile(EDGE + rb"[0-9a-f]{32}-us[0-9]{1,2}(?![0-9A-Za-z])").match


def _verify(text: bytes, at: int) -> Span | None:
    start = at - 36
    found = _key(text, start) if start >= 0 else None
    return found.span() if found and not placeholder(text[start : start + 32]) else None


_KEY = sample("hex", 32) + "-us" + "13"

DETECTOR = Detector(
    id="mailchimp",
    entity="mailchimp_api_key",
    kind="secret",
    title="Mailchimp API key",
    anchors=(Anchor("-us[0-9]"),),
    verify=_verify,
    finds=(f"MAILCHIMP_API='«{_KEY}»'", f"token: «{_KEY}»)"),
    ignores=("node-us1", "0" * 32 + "-us1", sample("hex", 31) + "-us1"),
    reference="https://mailchimp.com/developer/marketing/guides/quick-start/",
    score=0.9,
)
