"""Yandex Cloud: secrets of static access keys, beside the name."""

from __future__ import annotations

from detectors.catalogue._prefixed import named
from detectors.matching import sample
from detectors.model import Anchor, Detector

_KEY = "YC" + sample("b64url", 38)

DETECTOR = Detector(
    id="yandex_secret",
    entity="yandex_secret",
    kind="secret",
    title="Yandex Cloud static access key",
    anchors=(Anchor("yandex", caseless=True),),
    verify=named(rb"YC[A-Za-z0-9_-]{24,38}+(?![A-Za-z0-9_-])"),
    finds=(f"YANDEX_SECRET_KEY=«{_KEY}»", f"yandex token: «{_KEY}», retrying"),
    ignores=("yandex YCloud region", "YC" + sample("b64url", 38)),
    reference="gitleaks rule yandex-aws-access-token",
    score=0.9,
)
