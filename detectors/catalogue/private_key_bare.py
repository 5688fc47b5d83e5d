"""Private keys without their armour: the base64 of a DER or OpenSSH key, known by the bytes it begins with.

Also what is left of a PEM block when a log has cut off its first line.
"""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import placeholder
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_BREAK = rb"(?:\\+[nr]|\r?\n[ \t]{0,16})"
_LINES = rb"[A-Za-z0-9+/]{28,8192}+(?:%b[A-Za-z0-9+/]{40,76}+(?![A-Za-z0-9+/]))*+(?:%b[A-Za-z0-9+/]{1,75}={0,2}(?=%b?-----END))?={0,2}" % (
    _BREAK,
    _BREAK,
    _BREAK,
)
# PKCS#8 with the algorithm's identifier, PKCS#1 with the public exponent's neighbour, SEC1, OpenSSH's magic.
_key = re.compile(
    rb"(?<![A-Za-z0-9+/])(?:MII[A-Z]{1}[A-Za-z0-9+/]{2}IBADANBgkqhkiG9w0BAQEFAASC|MII[A-Z][A-Za-z0-9+/]{2}IBAAKC[AQ]"
    rb"|MI[GH][A-Za-z0-9+/]AgEAM[A-Za-z0-9+/]{2}GByqGSM49|MC4CAQAwBQYDK2V[wu]BCIEI|MHcCAQEEI|MIGkAgEBBD|b3BlbnNzaC1rZXktdjE)%b" % _LINES
).match


def _verify(text: bytes, at: int) -> Span | None:
    for back in (8, 10):
        found = _key(text, at - back) if at >= back else None
        if found and not placeholder(found.group()[40:200]):
            return found.span()
    return None


_PKCS8 = "MIIEv" + "gIBADANBgkqhkiG9w0BAQEFAASC" + sample("alnum", 300)

DETECTOR = Detector(
    id="private_key_bare",
    entity="private_key",
    kind="secret",
    title="Private key without armour",
    anchors=(
        *(Anchor(f"MII{letter}[A-Za-z0-9+/]{{2}}IBA[AD]") for letter in "BCEJ"),
        Anchor("MI[GH][A-Za-z0-9+/]AgEA"),
        Anchor("MC4CAQAw"),
        Anchor("MHcCAQEE"),
        Anchor("MIGkAgEB"),
        Anchor("b3BlbnNz"),
    ),
    verify=_verify,
    finds=(
        f"privateKey=«{_PKCS8}»",
        f"\n«MIIEpAIBAAKCAQEA{sample('alnum', 48)}\n{sample('alnum', 64)}\n{sample('alnum', 64, 5)}»\n",
        f'"«MHcCAQEEI{sample("alnum", 100)}==»"',
    ),
    ignores=("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A" + sample("alnum", 300), "MIIDdzCCAl+gAwIBAgIE" + sample("alnum", 300), "MHcCAQEE"),
    reference="https://www.rfc-editor.org/rfc/rfc5208",
    score=0.9,
)
