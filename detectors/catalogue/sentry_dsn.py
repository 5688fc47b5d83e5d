"""Sentry: the key in a DSN, at Sentry's own hosts."""

from __future__ import annotations

import re

from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

# https://<public key>[:<secret key>]@[o<organisation>.ingest[.<region>].]sentry.io/<project>; the secret key was dropped in 2018
_userinfo = re.compile(rb"://(?P<secret>[0-9a-zA-Z]{20,40}(?::[0-9a-zA-Z]{20,40})?)@(?:[0-9A-Za-z-]{1,30}\.){0,5}sentry\.io(?![0-9A-Za-z])").match


def _verify(text: bytes, at: int) -> Span | None:
    scheme = text.rfind(b"://", max(0, at - 240), at)
    found = _userinfo(text, scheme) if scheme >= 0 else None
    return found.span("secret") if found else None


_KEY = sample("hex", 32)

DETECTOR = Detector(
    id="sentry_dsn",
    entity="sentry_dsn",
    kind="secret",
    title="Key in a Sentry DSN",
    anchors=(Anchor(r"entry\.io"),),
    verify=_verify,
    finds=(
        f"SENTRY_DSN=https://«{_KEY}»@o448.ingest.us.sentry.io/4505",
        f'dsn: "https://«{_KEY}:{_KEY}»@sentry.io/12"',
    ),
    ignores=(
        "POST https://o448.ingest.sentry.io/api/4505/envelope/ 200",
        "see https://docs.sentry.io/product",
        "@sentry.io",
    ),
    reference="https://docs.sentry.io/concepts/key-terms/dsn-explainer/",
)
