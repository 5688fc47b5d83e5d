"""Microsoft Entra ID (Azure AD): client secrets, which hold a digit and ``Q~`` at a fixed place."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE, placeholder
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_secret = re.compile(EDGE + rb"[A-Za-z0-9_~.-]{3}[0-9]Q~([A-Za-z0-9_~.-]{20,34}+)(?![A-Za-z0-9_~-])").match


def _verify(text: bytes, at: int) -> Span | None:
    start = at - 7
    found = _secret(text, start) if start >= 0 else None
    return found.span() if found and not placeholder(found.group(1)) else None


_KEY = "aB" + "c" + "8Q" + "~" + sample("alnum", 34)

DETECTOR = Detector(
    id="azure_client_secret",
    entity="azure_client_secret",
    kind="secret",
    title="Microsoft Entra ID client secret",
    anchors=(Anchor("[0-9]Q~[A-Za-z0-9_~.-]"),),
    verify=_verify,
    finds=(f"client_secret=«{_KEY}»", f'"clientSecret":"«{_KEY}»"'),
    ignores=("abc8Q~" + "x" * 34, "xyz" + _KEY, "8Q~short"),
    reference="https://learn.microsoft.com/entra/identity-platform/howto-create-service-principal-portal",
)
