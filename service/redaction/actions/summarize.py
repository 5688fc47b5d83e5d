"""``summarize``: a prompt becomes its measures, and with a key an id by which equal prompts can be counted."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

from service.redaction.actions.match import Match
from service.redaction.actions.replace import marker

_ROLE = re.compile(rb"""["']?role\\{0,15}["']?\s{0,4}[:=]\s{0,4}\\{0,15}["']([a-z]{1,16})\\{0,15}["']""")
_ROLES_LISTED = 8
SHORTEST_SIGNED = 8
"""Characters: an id of a shorter text could be guessed by trying all there are."""

_SLICE = 256
"""Characters that are normalised at once: marks are sorted by their class, which takes the square of how many follow each other."""


class Signer:
    """Ids of prompts: HMAC-SHA-256 (RFC 2104), cut to 96 bits, over a domain, the tenant, the role and the text in NFC (UAX #15).

    Equal texts of one tenant and one role have one id; what one tenant says can't be linked to another's.
    """

    __slots__ = ("_key", "_tenant", "key_id")

    def __init__(self, key_id: str, key: bytes, tenant: bytes = b"") -> None:
        self.key_id = key_id
        self._key = key
        self._tenant = tenant

    def __repr__(self) -> str:
        return f"Signer(key_id={self.key_id!r})"

    def sign(self, role: str, text: bytes) -> bytes:
        """``p_`` and 24 hex digits."""
        head = (b"scrubjay/prompt/1", self._tenant, role.encode())
        signed = b"".join(len(part).to_bytes(4, "big") + part for part in head) + normal_form(text)
        return b"p_" + hmac.new(self._key, signed, hashlib.sha256).hexdigest()[:24].encode()


def normal_form(text: bytes) -> bytes:
    """``text`` in NFC; bytes that are no UTF-8 stay as they are. Linear: long texts are normalised slice by slice, cut before a base character."""
    if text.isascii():
        return text
    value = text.decode("utf-8", "surrogateescape")
    if len(value) <= _SLICE:
        return unicodedata.normalize("NFC", value).encode("utf-8", "surrogateescape")
    parts = []
    at = 0
    while at < len(value):
        end = _cut(value, at)
        parts.append(unicodedata.normalize("NFC", value[at:end]))
        at = end
    return "".join(parts).encode("utf-8", "surrogateescape")


def _cut(value: str, at: int) -> int:
    """Where the slice that begins at ``at`` ends: before an ASCII character, which joins with nothing before it; else before a base character."""
    end = at + _SLICE
    if end >= len(value):
        return len(value)
    for wanted in (lambda char: char < "\x80", lambda char: not unicodedata.combining(char) and not "\u1100" <= char <= "\u11ff"):
        for cut in range(end, at + _SLICE // 2, -1):
            if wanted(value[cut]):
                return cut
    return end


class Summarize:
    """``[REDACTED:prompt;chars=1234;messages=3;roles=system+user]``; with a signer also ``;key=k1;id=p_…``.

    ``chars`` counts Unicode code points. ``messages`` and ``roles`` are there where the text shows them (a list of messages in a log
    line that need not parse). What is not a prompt is replaced.
    """

    name = "summarize"
    strictness = 50

    def __init__(self, signer: Signer | None = None) -> None:
        self._signer = signer

    def render(self, match: Match) -> bytes:
        if match.kind != "prompt" or match.syntax != "text":
            return marker(match.entity, match.syntax)
        value = match.value
        chars = len(value.decode("utf-8", "replace"))
        parts = [b"[REDACTED:prompt;chars=%d" % chars]
        if value[:1] in (b"[", b"{") and (roles := _ROLE.findall(value)):
            parts.append(b"messages=%d" % len(roles))
            parts.append(b"roles=" + b"+".join(list(dict.fromkeys(roles))[:_ROLES_LISTED]))
        if self._signer is not None and chars >= SHORTEST_SIGNED:
            parts.append(b"key=" + self._signer.key_id.encode())
            parts.append(b"id=" + self._signer.sign(match.role, value))
        return b";".join(parts) + b"]"
