"""JSON Web Tokens (RFC 7519): signed, encrypted (RFC 7516, five parts), unsigned, and cut off; and cookies signed the same way."""

from __future__ import annotations

import binascii
import re

from detectors.catalogue._prefixed import ALNUM, EDGE
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

# A header is base64url of '{"…', '{ "…', '{<newline>…'. Parts may be long (certificates, group lists); each is taken to 8 KiB, in linear
# time, so that no signature is left over.
_PART = rb"[A-Za-z0-9_-]{0,8192}+"
_token = re.compile(EDGE + rb"(e[yw][A-Za-z0-9_-]{8,8192}+)={0,2}\.(%b)={0,2}((?:\.%b){0,3})" % (_PART, _PART)).match
_HEADER = re.compile(rb'"(?:alg|typ|enc|kid|cty|zip)"').search
_WIDTH = 4


def decoded(part: bytes) -> bytes:
    """The first 3 KiB of a base64url part, decoded; bits that do not fill a byte are left off."""
    part = part[:4096].translate(bytes.maketrans(b"-_", b"+/"))
    return binascii.a2b_base64(part[: len(part) // 4 * 4 or 0] or b"")


def signed(header: bytes, payload: bytes, rest: bytes) -> bool:
    """Whether the parts are a token: by what the header says, or (where it says nothing) by three parts of sufficient length."""
    if len(payload) + len(rest) >= 8 and _HEADER(decoded(header)):
        return True
    signature = max(map(len, rest.split(b".")))
    return (len(header) >= 15 and len(payload) >= 15 and signature >= 15) or (len(payload) == 6 and signature >= 27)


def _verify(text: bytes, at: int) -> Span | None:
    found = _token(text, at - _WIDTH) if at >= _WIDTH else None
    if not found or not signed(*found.groups()):
        return None
    start, end = found.span()
    return start, end - (text[end - 1 : end] == b"." and b"none" not in decoded(found.group(1)))


_HEAD = "ey" + "JhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
_JWT = f"{_HEAD}.ey{sample('alnum', 60)}.{sample('b64url', 43)}"

DETECTOR = Detector(
    id="jwt",
    entity="jwt",
    kind="secret",
    title="JSON Web Token",
    anchors=tuple(Anchor(head + ALNUM.decode() * (_WIDTH - len(head))) for head in ("eyJ", "eyA", "ewo", "ew0")),
    verify=_verify,
    finds=(
        f"Authorization: Bearer «{_JWT}»",
        f"token_«{_JWT}».",
        f"cut «{_HEAD}.eyJzdWIiOiIxMjM0»",
        f"jwe=«{_HEAD}..{sample('b64url', 16)}.{sample('b64url', 90)}.{sample('b64url', 22)}»&x=1",
        f"session=«eyJ{sample('alnum', 40)}.{sample('alnum', 6)}.{sample('alnum', 27)}»;",
    ),
    ignores=(f"{_HEAD}", "eyJAAAA.eyJBBB", "keyboard.layout.changed", "eyJrZXkiOiAidmFsdWUifQ.png", "obey" + _JWT),
    reference="https://www.rfc-editor.org/rfc/rfc7519",
)
