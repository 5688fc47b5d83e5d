"""Mailgun: private API keys, in the present and the former format."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE, placeholder, said_before
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_key = re.compile(EDGE + rb"(?:pub)?key-([0-9a-f]{32})(?![A-Za-z0-9])").match
_present = re.compile(rb"(?<![A-Za-z0-9])[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![A-Za-z0-9-])").match
_to_value = re.compile(rb"[A-Za-z_.\- ]{0,32}+[^A-Za-z0-9\n]{1,12}+").match


def _verify(text: bytes, at: int) -> Span | None:
    if text[at - 8 : at - 4] == b"key-":
        found = _key(text, at - 11) if text[at - 11 : at - 8] == b"pub" else _key(text, at - 8)
        return found.span() if found and not placeholder(found.group(1)) else None
    gap = _to_value(text, at) if said_before(text, at, (b"mailgun",), 8) else None
    found = _present(text, gap.end()) if gap else None
    return found.span() if found else None


_KEY = "key" + "-" + sample("hex", 32)

DETECTOR = Detector(
    id="mailgun",
    entity="mailgun_api_key",
    kind="secret",
    title="Mailgun API key",
    anchors=(Anchor("key-[0-9a-f]{4}"), Anchor("mailgun", caseless=True)),
    verify=_verify,
    finds=(f"curl -u api:«{_KEY}»", f"MAILGUN_API_KEY='«{sample('hex', 32)}-{sample('hex', 8)}-{sample('hex', 8, 3)}»'"),
    ignores=("monkey-" + sample("hex", 32), "key-" + "0" * 32, f"trace={sample('hex', 32)}-{sample('hex', 8)}-{sample('hex', 8)}"),
    reference="https://documentation.mailgun.com/docs/mailgun/user-manual/api-key-mgmt/",
    score=0.9,
)
