"""Basic credentials: ``Basic`` and base64 that decodes to ``user:password``."""

from __future__ import annotations

import base64
import re

from detectors.in_context import in_context
from detectors.model import Anchor, Detector, Span

_TOKEN = re.compile(rb"[ \t]{0,3}+(?P<secret>[A-Za-z0-9+/_-]{4,2048}+(?:=|%3[dD]){0,2}+)")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def _verify(text: bytes, at: int) -> Span | None:
    found = _TOKEN.match(text, at)
    if found is None:
        return None
    encoded = found.group("secret").partition(b"%")[0].rstrip(b"=").translate(_URL_SAFE)
    if len(encoded) % 4 == 1:  # cut by a log limit
        encoded = encoded[:-1]
    decoded = base64.b64decode(encoded + b"=" * (-len(encoded) % 4))
    if b":" not in decoded or any(byte < 32 or byte == 127 for byte in decoded):
        return None
    return found.span("secret")


def _sample(pair: str) -> str:
    return base64.b64encode(pair.encode()).decode()


DETECTOR = Detector(
    id="basic_credentials",
    entity="basic_credentials",
    kind="secret",
    title="HTTP Basic credentials",
    anchors=tuple(Anchor("basic" + behind, caseless=True) for behind in ("[ \\t]", "%20", "[+]", "\\\\u0020")),
    verify=in_context(_verify),
    finds=(f"Basic «{_sample('ann:hunter2')}»", f"auth=basic%20«{_sample('app:open sesame')}»&x", f'"Basic «{_sample("user:")}»"'),
    ignores=("basic authentication", "basic auth failed", "Basic abcdefgh", 'Basic realm="x"', "Basic [REDACTED:basic_credentials]"),
    reference="RFC 7617",
    score=0.95,
)
