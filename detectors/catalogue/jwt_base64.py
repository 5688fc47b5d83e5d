"""A JSON Web Token that was encoded once more in base64, as Kubernetes secrets and some gateways keep it."""

from __future__ import annotations

import binascii
import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_run = re.compile(EDGE + rb"(ZXlK[A-Za-z0-9+/_-]{40,16384}+)={0,2}").match
_inside = re.compile(rb"eyJ[A-Za-z0-9_-]{10,4096}+\.[A-Za-z0-9_-]{4,4096}").match


def _verify(text: bytes, at: int) -> Span | None:
    found = _run(text, at - 4) if at >= 4 else None
    if not found:
        return None
    body = found.group(1)[:4096].translate(bytes.maketrans(b"-_", b"+/"))
    return found.span() if _inside(binascii.a2b_base64(body[: len(body) // 4 * 4])) else None


_JWT = "ey" + "JhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9" + ".ey" + sample("alnum", 60) + "." + sample("b64url", 43)
_ENCODED = binascii.b2a_base64(_JWT.encode(), newline=False).decode()

DETECTOR = Detector(
    id="jwt_base64",
    entity="jwt",
    kind="secret",
    title="JSON Web Token in base64",
    anchors=(Anchor("ZXlK"),),
    verify=_verify,
    finds=(f"token: «{_ENCODED}»", f'"«{_ENCODED[:80]}»"'),
    ignores=("ZXlKaGJHY2lPaUpJVXpJMU5pSjk=", "ZXlK" + "A" * 60),
    reference="https://kubernetes.io/docs/concepts/configuration/secret/",
    score=0.9,
)
