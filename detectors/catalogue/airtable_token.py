"""Airtable: personal access tokens, beside the name (``pat`` alone is in every ``path`` and ``pattern``)."""

from __future__ import annotations

from detectors.catalogue._prefixed import named
from detectors.matching import sample
from detectors.model import Anchor, Detector

_KEY = "pat" + sample("alnum", 14) + "." + sample("hex", 64)

DETECTOR = Detector(
    id="airtable_token",
    entity="airtable_token",
    kind="secret",
    title="Airtable personal access token",
    anchors=(Anchor("airtable", caseless=True),),
    verify=named(rb"pat[A-Za-z0-9]{14}\.[A-Za-z0-9]{38,80}+"),
    finds=(f"AIRTABLE_TOKEN=«{_KEY}»", f"airtable api key: «{_KEY}», retrying"),
    ignores=(
        "airtable pattern.compile",
        "pat" + sample("alnum", 14) + "." + sample("hex", 64),
    ),
    reference="gitleaks rule airtable-personnal-access-token; https://airtable.com/developers/web/guides/personal-access-tokens",
    score=0.9,
)
