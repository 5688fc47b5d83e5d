"""Ionic Appflow: tokens, beside the name."""

from __future__ import annotations

from detectors.catalogue._prefixed import named
from detectors.matching import sample
from detectors.model import Anchor, Detector

_KEY = "ion_" + sample("lower", 42)

DETECTOR = Detector(
    id="ionic_token",
    entity="ionic_token",
    kind="secret",
    title="Ionic Appflow token",
    anchors=(Anchor("ionic", caseless=True),),
    verify=named(rb"ion_[a-z0-9]{26,48}+(?![A-Za-z0-9_])"),
    finds=(f"IONIC_TOKEN=«{_KEY}»", f"ionic token: «{_KEY}», retrying"),
    ignores=("ionic ion_view ready", "session_" + sample("lower", 42)),
    reference="kingfisher rule kingfisher.ionic.1",
    score=0.9,
)
