"""Bitwarden: access tokens of machine accounts, beside the name."""

from __future__ import annotations

from detectors.catalogue._prefixed import named
from detectors.matching import sample
from detectors.model import Anchor, Detector

_KEY = "0." + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12)) + "." + sample("alnum", 30) + ":" + sample("alnum", 22) + "=="

DETECTOR = Detector(
    id="bitwarden_token",
    entity="bitwarden_token",
    kind="secret",
    title="Bitwarden Secrets Manager access token",
    anchors=(Anchor("bitwarde", caseless=True), Anchor("bws_", caseless=True)),
    verify=named(rb"0\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9]{20,40}+(?::[A-Za-z0-9+/]{16,64}+={0,2})?"),
    finds=(f"BWS_ACCESS_TOKEN=«{_KEY}»", f"bitwarden token: «{_KEY}», retrying"),
    ignores=("bitwarden 0.9.1 started", "bws_version=0.4.0"),
    reference="https://bitwarden.com/help/access-tokens/",
    score=0.9,
)
