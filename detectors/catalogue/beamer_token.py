"""Beamer: API tokens, beside the name."""

from __future__ import annotations

from detectors.catalogue._prefixed import named
from detectors.matching import sample
from detectors.model import Anchor, Detector

_KEY = "b_" + sample("b64url", 44)

DETECTOR = Detector(
    id="beamer_token",
    entity="beamer_token",
    kind="secret",
    title="Beamer API token",
    anchors=(Anchor("beamer", caseless=True),),
    verify=named(rb"b_[A-Za-z0-9=_/+-]{28,64}+"),
    finds=(f"BEAMER_API_KEY=«{_KEY}»", f'beamer_token: "«{_KEY}»"'),
    ignores=("beamer b_side ready", "b_" + sample("b64url", 44)),
    reference="gitleaks rule beamer-api-token; https://www.getbeamer.com/api",
    score=0.9,
)
