"""Azure: keys that carry the service's signature inside (storage, DevOps, OpenAI, Search, Functions, Cache, …)."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE, placeholder
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

# Microsoft's "identifiable secrets": 52 random bytes, JQQJ99, date, region and service codes, checksum; 84 in all. The former kind has the
# service's name at a fixed place: AzSe at 42 of 52 (Search), AzFu at 44 of 56 (Functions), AzCa at 33 of 44 (Cache for Redis).
_BEFORE = {b"JQQJ9": 52, b"AzSeA": 42, b"AzSeB": 42, b"AzSeC": 42, b"AzSeD": 42, b"AzFu": 44, b"AzCa": 33}
_head = re.compile(EDGE + rb"[A-Za-z0-9_/+-]{33,52}+").match
_tail = re.compile(rb"[A-Za-z0-9_/+-]{4,40}+={0,2}").match


def _verify(text: bytes, at: int) -> Span | None:
    tail = _tail(text, at)
    for mark, before in _BEFORE.items():
        end = at - len(mark)
        start = end - before
        if tail and start >= 0 and text[end:at] == mark:
            head = _head(text, start, end)
            if head and head.end() == end and not placeholder(head.group()):
                return start, tail.end()
    return None


_KEY = sample("alnum", 52) + "JQQJ" + "99" + sample("upper", 22) + sample("alnum", 4)

DETECTOR = Detector(
    id="azure_key",
    entity="azure_key",
    kind="secret",
    title="Azure service key",
    anchors=tuple(Anchor(mark.decode()) for mark in _BEFORE),
    verify=_verify,
    finds=(
        f"api-key: «{_KEY}»",
        f"azure_devops_pat = '«{_KEY}»'",
        f"key=«{sample('alnum', 42)}AzSe" + f"A{sample('alnum', 5)}»&x",
        f"code=«{sample('alnum', 44)}AzFu" + f"{sample('alnum', 6)}==»",
    ),
    ignores=("JQQJ99BFACAAAAAL", sample("alnum", 20) + "AzSeA" + sample("alnum", 5), sample("alnum", 300) + "JQQJ99" + sample("upper", 26)),
    reference="https://github.com/microsoft/security-utilities",
)
