"""Sanity: API tokens, beside the name."""

from __future__ import annotations

from detectors.catalogue._prefixed import named
from detectors.matching import sample
from detectors.model import Anchor, Detector

_KEY = "sk" + sample("alnum", 79)

DETECTOR = Detector(
    id="sanity_token",
    entity="sanity_token",
    kind="secret",
    title="Sanity API token",
    anchors=(Anchor("sanity", caseless=True),),
    verify=named(rb"sk[A-Za-z0-9]{48,190}+(?![A-Za-z0-9_])"),
    finds=(f"SANITY_API_TOKEN=«{_KEY}»", f"sanity auth token: «{_KEY}», retrying"),
    ignores=("sanity check skipped", "sk" + sample("alnum", 79)),
    reference="trufflehog detector sanity; https://www.sanity.io/docs/http-auth",
    score=0.9,
)
