"""Okta: API tokens, behind the SSWS scheme or the name."""

from __future__ import annotations

from detectors.catalogue._prefixed import named
from detectors.matching import sample
from detectors.model import Anchor, Detector

_KEY = "00" + sample("b64url", 40)

DETECTOR = Detector(
    id="okta_token",
    entity="okta_token",
    kind="secret",
    title="Okta API token",
    anchors=(Anchor("okta", caseless=True), Anchor("ssws", caseless=True)),
    verify=named(rb"00[A-Za-z0-9_-]{24,40}+(?![A-Za-z0-9_-])"),
    finds=(
        f"Authorization: SSWS «{_KEY}»",
        f"OKTA_API_TOKEN=«{_KEY}»",
        f"okta token = '«{_KEY}»'",
    ),
    ignores=("okta user 00u1abcd signed in", "okta_requests_total 0012"),
    reference="gitleaks rule okta-access-token; noseyparker rule np.okta.1; https://developer.okta.com/docs/guides/create-an-api-token/",
    score=0.9,
)
