"""Discord: webhook addresses. Who knows the address may post, so all of it is the secret."""

from __future__ import annotations

import re

from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_SLASH = rb"(?:/|\\/|%2[Ff])"
_path = re.compile(rb"%b(?:v[0-9]{1,2}%b)?webhooks%b[0-9]{15,21}%b[A-Za-z0-9_-]{30,120}+" % (_SLASH, _SLASH, _SLASH, _SLASH)).match
_host = re.compile(rb"(?:https?(?::|%%3[Aa])%b%b)?(?:(?:ptb|canary)\.)?discord(?:app)?\.com%bapi$" % (_SLASH, _SLASH, _SLASH), re.IGNORECASE).search


def _verify(text: bytes, at: int) -> Span | None:
    found = _path(text, at)
    if not found:
        return None
    window = text[max(0, at - 48) : at]
    host = _host(window)
    return (at - (len(window) - host.start()), found.end()) if host else None


_PATH = f"/api/webhooks/{sample('digits', 18)}/{sample('b64url', 68)}"

DETECTOR = Detector(
    id="discord_webhook",
    entity="discord_webhook",
    kind="secret",
    title="Discord webhook address",
    anchors=tuple(Anchor(host + slash + "api") for host in (r"ord\.com", r"app\.com") for slash in ("/", r"\\/", "%2F")),
    verify=_verify,
    finds=(
        f"POST «https://discord.com{_PATH}» 204",
        f'"«https://canary.discordapp.com{_PATH}»"',
        f"url=«https%3A%2F%2Fdiscord.com{_PATH.replace('/', '%2F')}»&x",
    ),
    ignores=("https://discord.com/api/webhooks/123/...", "https://myapp.com/api/webhooks/stripe", f"https://other-app.com{_PATH}"),
    reference="https://discord.com/developers/docs/resources/webhook",
)
