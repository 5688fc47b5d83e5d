"""Authress: service client access keys."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import placeholder
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

# sc_<client>.<key id>.acc_<account>.<private key>
_head = re.compile(rb"(?:scauth|authress|sc|ext)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-]\Z").search
_tail = re.compile(rb"[A-Za-z0-9-]{6,32}+\.[A-Za-z0-9+/_=-]{20,400}+").match


def _verify(text: bytes, at: int) -> Span | None:
    first = max(0, at - 56)
    head, tail = _head(text[first:at]), _tail(text, at)
    if head is None or tail is None or placeholder(tail.group()):
        return None
    return first + head.start(), tail.end()


_KEY = "sc_" + sample("lower", 24) + "." + sample("lower", 4) + ".acc_" + sample("lower", 20) + "." + sample("alnum", 64)

DETECTOR = Detector(
    id="authress_key",
    entity="authress_key",
    kind="secret",
    title="Authress service client access key",
    anchors=(Anchor(r"\.acc_"), Anchor(r"\.acc-")),
    verify=_verify,
    finds=(f"AUTHRESS=«{_KEY}»", f'"key": "«{_KEY}»"'),
    ignores=("user.acc_balance.total", "sc_client.acc_1"),
    reference="gitleaks rule authress-service-client-access-key; https://authress.io/knowledge-base/docs/authorization/service-clients",
)
