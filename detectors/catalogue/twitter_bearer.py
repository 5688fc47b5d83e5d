"""X (Twitter): app-only bearer token, which begins with a run of A."""

from __future__ import annotations

import re

from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

# The anchor fires once, where the run of A ends, so that runs of zero bytes in base64 images cost little.
_RUN = 20
_tail = re.compile(rb"(?:[A-Za-z0-9]|%(?:25)?[0-9A-F]{2}){50,140}+(?![A-Za-z0-9+/=])").match
_NOT_BEFORE = b"+/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _verify(text: bytes, at: int) -> Span | None:
    window = text[max(0, at - 32) : at - 1]
    run = len(window) - len(window.rstrip(b"A"))
    start = at - 1 - run
    if not _RUN <= run <= 26 or (start > 0 and text[start - 1] in _NOT_BEFORE and text[start - 2 : start] not in (b"\\n", b"\\t", b"\\r")):
        return None
    found = _tail(text, at - 1)
    return (start, found.end()) if found else None


_KEY = "A" * 22 + "b" + sample("alnum", 30) + "%3D" + sample("alnum", 50)

DETECTOR = Detector(
    id="twitter_bearer",
    entity="twitter_bearer",
    kind="secret",
    title="X (Twitter) bearer token",
    anchors=(Anchor("AAAAAAA[B-Za-z0-9%]"),),
    verify=_verify,
    finds=(
        f"Authorization: Bearer «{_KEY}»",
        f"twitter_token='«{_KEY}»'",
        f"Bearer%20«{_KEY}»",
    ),
    ignores=(
        "iVBORw0KGgo" + "A" * 24 + sample("alnum", 90),
        "A" * 60,
        "A" * 22 + "bcd",
    ),
    reference="gitleaks rule twitter-bearer-token; https://developer.x.com/en/docs/authentication/oauth-2-0/bearer-tokens",
    score=0.9,
)
