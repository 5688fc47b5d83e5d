"""PuTTY private key files (.ppk), versions 2 and 3."""

from __future__ import annotations

import re

from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_LIMIT = 65536
_BREAK = rb"(?:\r?\n|(?:\\+[rn]){1,2})"
_private = re.compile(
    rb"Private-Lines: ?[0-9]{1,4}((?:%b(?!Private-)[A-Za-z0-9+/=]{1,76}){0,800}+)(?:%bPrivate-(?:MAC|Hash): ?[0-9a-f]{8,64})?" % (_BREAK, _BREAK)
).match


def _verify(text: bytes, at: int) -> Span | None:
    start = at - 8
    if start < 0 or not text.startswith(b"PuTTY-User-Key-File-", start):
        return None
    at = text.find(b"Private-Lines", start, start + _LIMIT)
    found = _private(text, at) if at >= 0 else None
    return (start, found.end()) if found and found.group(1) else None


_FILE = [
    "PuTTY-User-Key-" + "File-2: ssh-rsa",
    "Encryption: none",
    "Comment: key",
    "Public-Lines: 1",
    sample("alnum", 64),
    "Private-Lines: 2",
    sample("alnum", 64, 3),
    sample("alnum", 40, 5) + "==",
    "Private-MAC: " + sample("hex", 40),
]

DETECTOR = Detector(
    id="putty_key",
    entity="private_key",
    kind="secret",
    title="PuTTY private key",
    anchors=(Anchor("PuTTY-Us"),),
    verify=_verify,
    finds=("«" + "\n".join(_FILE) + "»\n", '"«' + "\\r\\n".join(_FILE) + '»"', "«" + "\n".join(_FILE[:7]) + "»"),
    ignores=("PuTTY-User-Key-File-2: ssh-rsa", "PuTTY-User-Agent"),
    reference="https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html",
)
