"""Azure: the signature of a shared access signature (SAS); the rest of the address only says what it allows."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import placeholder
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_signature = re.compile(rb"(?:[A-Za-z0-9+/_-]|%2[BbFf]){20,120}+(?:=|%3[Dd]){0,2}").match
# Version, services, permissions, expiry, resource: at least two of them stand beside a signature (Logic Apps has sp and sv).
_FIELDS = re.compile(rb"(?:[?&;\s\"']|%26|amp;)(s[verpt]|se|st|srt|skn)=")
_BEFORE, _AFTER = 512, 256


def _verify(text: bytes, at: int) -> Span | None:
    found = _signature(text, at)
    if not found or placeholder(found.group()):
        return None
    beside = text[max(0, at - _BEFORE) : at].rpartition(b"\n")[2] + b" " + text[found.end() : found.end() + _AFTER].partition(b"\n")[0]
    return found.span() if len(set(_FIELDS.findall(beside))) >= 2 else None


_SIG = sample("alnum", 40) + "%2B" + sample("alnum", 2) + "%3D"

DETECTOR = Detector(
    id="azure_sas",
    entity="azure_sas_signature",
    kind="secret",
    title="Azure shared access signature",
    anchors=(Anchor("[?&;]sig=", caseless=True),),
    verify=_verify,
    finds=(
        f"https://a.blob.core.windows.net/c/b?sv=2022-11-02&se=2030-01-01T00%3A00Z&sr=b&sp=r&sig=«{_SIG}»",
        f"SharedAccessSignature sr=hub&sig=«{_SIG}»&se=1700000000&skn=device",
    ),
    ignores=(f"https://example.com/?sig={_SIG}", "?sv=1&sp=r&sig=short", "?sv=1&sp=r&sig=" + "x" * 44),
    reference="https://learn.microsoft.com/azure/storage/common/storage-sas-overview",
)
