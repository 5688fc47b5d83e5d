"""Mandrill (Mailchimp Transactional): API keys, beside the name."""

from __future__ import annotations

from detectors.catalogue._prefixed import named
from detectors.matching import sample
from detectors.model import Anchor, Detector

_KEY = "md-" + sample("b64url", 22)

DETECTOR = Detector(
    id="mandrill_key",
    entity="mandrill_key",
    kind="secret",
    title="Mandrill API key",
    anchors=(Anchor("mandrill", caseless=True),),
    verify=named(rb"md-[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])"),
    finds=(f"MANDRILL_API_KEY=«{_KEY}»", f"mandrill key: «{_KEY}», retrying"),
    ignores=("mandrill template md-welcome", "col-md-" + sample("lower", 22)),
    reference="https://mailchimp.com/developer/transactional/",
    score=0.9,
)
