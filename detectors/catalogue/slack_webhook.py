"""Slack: incoming webhooks, workflow and trigger addresses. Who knows the address may post, so all of it is the secret."""

from __future__ import annotations

import re

from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_SLASH = rb"(?:/|\\/|%2[Ff])"
_address = re.compile(
    rb"hooks\.slack(?:-gov)?\.com%b(?:services|workflows|triggers)%b(?:[A-Za-z0-9+_-]|%b){20,200}+" % (_SLASH, _SLASH, _SLASH)
).match
_scheme = re.compile(rb"https?(?::|%%3[Aa])%b%b$" % (_SLASH, _SLASH)).search


def _verify(text: bytes, at: int) -> Span | None:
    start = at - len(b"hooks.sl")
    found = _address(text, start) if start >= 0 else None
    if not found:
        return None
    window = text[max(0, start - 16) : start]
    scheme = _scheme(window)
    return start - (len(window) - scheme.start()) if scheme else start, found.end()


_PATH = "T" + sample("upper", 8) + "/B" + sample("upper", 8, 3) + "/" + sample("alnum", 24)

DETECTOR = Detector(
    id="slack_webhook",
    entity="slack_webhook",
    kind="secret",
    title="Slack webhook address",
    anchors=(Anchor(r"hooks\.sl"),),
    verify=_verify,
    finds=(
        f'{{"url":"«https://hooks.slack.com/services/{_PATH}»"}}',
        f"POST «hooks.slack.com/workflows/{_PATH}» 200",
        f"u=«https%3A%2F%2Fhooks.slack.com%2Fservices%2F{_PATH.replace('/', '%2F')}»&x",
    ),
    ignores=("https://hooks.slack.com/services/...", "https://hooks.slack.com/apps/x/y/z", "https://api.slack.com/messaging/webhooks"),
    reference="https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/",
)
