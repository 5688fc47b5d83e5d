"""Private keys in PEM that were encoded once more in base64, as kubeconfig files, CI variables and Kubernetes secrets keep them."""

from __future__ import annotations

import binascii
import re

from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

# base64 of "-----BEGIN"; a certificate begins so too, and is let through.
_run = re.compile(rb"(?:[A-Za-z0-9+/=_-]{40,16384}+(?:\\+n|\r?\n|\s)?){1,200}+").match
_PRIVATE = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY").match


def _verify(text: bytes, at: int) -> Span | None:
    start = at - 8
    head = text[start : start + 80].partition(b"\n")[0]
    usable = re.match(rb"[A-Za-z0-9+/]*", head)
    if start < 0 or not usable:
        return None
    body = usable.group()
    if not _PRIVATE(binascii.a2b_base64(body[: len(body) // 4 * 4])):
        return None
    found = _run(text, start, start + 65536)
    if not found:
        return None
    return start, start + len(found.group().rstrip(b"\\n\r\n\t ")) if found.group()[-1:] in b"n\r\n\t " else found.end()


def _encoded(pem: str) -> str:
    return binascii.b2a_base64(pem.encode(), newline=False).decode()


_PEM = "-----BEG" + "IN RSA PRIVATE KEY-----\n" + sample("alnum", 64) + "\n-----E" + "ND RSA PRIVATE KEY-----\n"

DETECTOR = Detector(
    id="private_key_base64",
    entity="private_key",
    kind="secret",
    title="Private key in base64",
    anchors=(Anchor("LS0tLS1C"),),
    verify=_verify,
    finds=(f"client-key-data: «{_encoded(_PEM)}»", f'"tls.key":"«{_encoded(_PEM)[:120]}»"'),
    ignores=(_encoded(_PEM.replace("RSA PRIVATE KEY", "CERTIFICATE")), "LS0tLS1CRUdJTi"),
    reference="https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/",
)
