"""Azure: account keys and shared access keys in connection strings (Storage, Cosmos DB, Service Bus, Event Hubs, IoT Hub)."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import placeholder
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_BASE64 = rb"(?:[A-Za-z0-9+/]|\\/|%2[BbFf]){24,256}+(?:=|%3[Dd]){0,2}"
_value = re.compile(rb"(?:Key)?[\\\"']{0,4}\s?(?:=|:|%%3[Dd])\s?[\\\"']{0,4}(%b)" % _BASE64).match


def _verify(text: bytes, at: int) -> Span | None:
    found = _value(text, at)
    return found.span(1) if found and not placeholder(found.group(1)) else None


_KEY = sample("alnum", 60) + "+/" + sample("alnum", 24) + "=="

DETECTOR = Detector(
    id="azure_storage_key",
    entity="azure_storage_key",
    kind="secret",
    title="Azure account key or shared access key",
    anchors=(Anchor("countKey"), Anchor("edAccess")),
    verify=_verify,
    finds=(
        f"AccountName=a;AccountKey=«{_KEY}»;EndpointSuffix=core.windows.net",
        f"SharedAccessKeyName=root;SharedAccessKey=«{sample('alnum', 43)}=»",
        f'"accountKey": "«{_KEY}»"',
    ),
    ignores=("SharedAccessKeyName=RootManageSharedAccessKey", "AccountKey=<your-account-key>", "AccountKey=" + "x" * 88),
    reference="https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
)
