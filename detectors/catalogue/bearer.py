"""Bearer tokens without their header's name: ``bearer abc123…`` anywhere, also URL-encoded."""

from __future__ import annotations

import re

from detectors.in_context import in_context
from detectors.matching import sample
from detectors.model import WINDOW, Anchor, Detector, Span
from detectors.secret_shape import entropy, stand_in

# RFC 6750, section 2.1: b64token, plus the ":" and "|" of vendors' tokens (GitHub Apps, Laravel Sanctum).
_TOKEN = re.compile(rb"(?:%20|[ \t\"'])*+(?P<secret>(?:[A-Za-z0-9._~+/=:|-]++|%(?!2[026C]|0|22))++)(?!=?[\"'(]?[A-Za-z]*=\")")
_DIGIT = re.compile(rb"[0-9]")
_WORDS = re.compile(rb"[A-Za-z][a-z]*+(?:[._:/=-]++(?:[A-Za-z][a-z]*+)?)*+$|[A-Z]++(?:[._-][A-Z]++)*+$")


def _verify(text: bytes, at: int) -> Span | None:
    found = _TOKEN.match(text, at, at + WINDOW)
    if found is None:
        return None
    start, end = found.span("secret")
    value = found.group("secret").rstrip(b".:,")
    end = start + len(value)
    if len(value) < 6 or text[end : end + 2] == b'="' or stand_in(value):
        return None
    if (len(value) < 10 and not _DIGIT.search(value)) or (_WORDS.match(value) and (len(value) < 24 or entropy(value) < 3.6)):
        return None
    return start, end


_SAMPLE = sample("alnum", 32)

DETECTOR = Detector(
    id="bearer",
    entity="bearer_token",
    kind="secret",
    title="Bearer tokens",
    anchors=tuple(Anchor("bearer" + behind, caseless=True) for behind in ("[ \\t]", "%20", "[+]", "%2520", "\\\\u0020", ":", "[\"']")),
    verify=in_context(_verify),
    finds=(
        f"sent Bearer «{_SAMPLE}» to upstream",
        f"auth=bearer%20«{_SAMPLE}»&x=1",
        f'"Bearer «{_SAMPLE}»"',
        f"bearer «{sample('b64url', 20)}.{sample('b64url', 30)}.{sample('b64url', 20)}».",
        "Bearer «abc123»",
    ),
    ignores=(
        "the bearer token is missing",
        'WWW-Authenticate: Bearer realm="example", error="invalid_token"',
        "bearer authentication required",
        "Bearer <token>",
        "Bearer [REDACTED:bearer_token]",
        "Bearer ${TOKEN}",
        "bearer: none",
        "Bearer ********",
    ),
    reference="RFC 6750, section 2.1",
    score=0.75,
)
