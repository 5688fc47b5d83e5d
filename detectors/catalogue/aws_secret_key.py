"""AWS: secret access keys. Forty base64 characters say nothing, so a name or an access key id must stand before them."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import placeholder
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_SECRET = rb"((?:[A-Za-z0-9+/]|\\/|%2[BbFf]){40})(?:%3D)?(?![A-Za-z0-9+/=%])"
_OPERATOR = rb"(?:&quot;|&gt;|%3[AaDd]|%20|%22|[^A-Za-z0-9+/\n]|\n){1,24}?"
_named = re.compile(rb"[A-Za-z_.\- ]{0,24}?%b(?<![A-Za-z0-9+/])%b" % (_OPERATOR, _SECRET)).match
_behind_id = re.compile(rb"[A-Z0-9]{12}(?![A-Za-z0-9])(?:%b[A-Za-z_.\- ]{0,32}?){0,2}?%b(?<![A-Za-z0-9+/])%b" % (_OPERATOR, _OPERATOR, _SECRET)).match


def _verify(text: bytes, at: int) -> Span | None:
    found = _behind_id(text, at) if text[at - 8 : at - 4] in (b"AKIA", b"ASIA") or text[at - 8 : at - 5] == b"A3T" else _named(text, at)
    return found.span(1) if found and not placeholder(found.group(1)) else None


_KEY = sample("alnum", 20) + "/+" + sample("alnum", 18, 3)
_ID = "AK" + "IA" + sample("base32", 16)

DETECTOR = Detector(
    id="aws_secret_key",
    entity="aws_secret_access_key",
    kind="secret",
    title="AWS secret access key",
    anchors=(
        *(Anchor(stem, caseless=True) for stem in ("ecret_ac", "ecretacc", "ecret-ac", "ecret ac", "ws_secre", "wssecret", "ws-secre", r"ws\.secre")),
        Anchor("AKIA[A-Z0-9]{4}"),
        Anchor("ASIA[A-Z0-9]{4}"),
        Anchor("A3T[A-Z0-9]{5}"),
    ),
    verify=_verify,
    finds=(
        f"AWS_SECRET_ACCESS_KEY=«{_KEY}»",
        f'"secretAccessKey" : "«{_KEY}»"',
        f"<SecretAccessKey>«{_KEY}»</SecretAccessKey>",
        f"aws.secretkey=«{_KEY}»",
        f"{_ID}:«{_KEY}»",
        f"{{'{_ID}', '«{_KEY}»'}}",
    ),
    ignores=("aws_secret_access_key=${AWS_SECRET}", "secretAccessKey: " + "x" * 40, sample("hex", 40), f"aws_secret = {_KEY}AAAA"),
    reference="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
    score=0.9,
)
