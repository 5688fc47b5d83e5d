"""Firebase Cloud Messaging: server keys and registration tokens."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import run_before
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_MIDDLE = b":APA91b"
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_tail = re.compile(rb"[A-Za-z0-9_-]{60,200}+").match


def _verify(text: bytes, at: int) -> Span | None:
    tail = _tail(text, at)
    start = run_before(text, at - len(_MIDDLE), _ALPHABET, 40)
    server = at - len(_MIDDLE) - 11
    start = server if server > start and text.startswith(b"AAAA", server) else start
    return (start, tail.end()) if tail and at - len(_MIDDLE) - start >= 7 else None


_KEY = "AAAA" + sample("b64url", 7) + ":APA" + "91b" + sample("b64url", 134)

DETECTOR = Detector(
    id="firebase",
    entity="firebase_key",
    kind="secret",
    title="Firebase Cloud Messaging key",
    anchors=(Anchor(_MIDDLE.decode()),),
    verify=_verify,
    finds=(f"Authorization: key=«{_KEY}»", f'"to":"«{_KEY}»"'),
    ignores=("AAAAabcdefg:APA91bshort", ":APA91b" + sample("b64url", 134)),
    reference="https://firebase.google.com/docs/cloud-messaging/auth-server",
)
