"""``hash``: a keyed pseudonym. Equal values stay equal, so they can be counted and joined; it is still personal data."""

from __future__ import annotations

import hashlib
import hmac
import re

from service.redaction.actions.match import Match

_NOT_DIGITS = re.compile(rb"[^0-9]+")


class Hash:
    """``[email:k1:5f2c…]``: 24 hex digits (96 bits) of HMAC-SHA-256 (RFC 2104) over domain, entity and normalised value.

    The domain and the entity are part of what is signed, so that a phone number and a card with the same digits differ. ``key`` is at
    least 16 bytes. Inside URLs and names the pseudonym is written without brackets and colons.
    """

    name = "hash"
    strictness = 40

    def __init__(self, key_id: str, key: bytes) -> None:
        self.key_id = key_id
        self._key = key

    def __repr__(self) -> str:
        return f"Hash(key_id={self.key_id!r})"

    def render(self, match: Match) -> bytes:
        signed = b"scrubjay/1\x00" + match.entity.encode() + b"\x00" + normalise(match)
        digest = hmac.new(self._key, signed, hashlib.sha256).hexdigest()[:24].encode()
        if match.syntax == "url":
            return b"REDACTED-" + match.entity.replace("_", "-").encode() + b"-" + digest
        if match.syntax == "name":
            return b"redacted_" + match.entity.encode() + b"_" + digest
        return b"[" + match.entity.encode() + b":" + self.key_id.encode() + b":" + digest + b"]"


def normalise(match: Match) -> bytes:
    """The value as it is signed: what people write in several ways becomes one (digits only, e-mail's domain in lower case)."""
    value = match.value.strip()
    if match.entity == "email":
        local, at, domain = value.replace(b"%40", b"@").rpartition(b"@")
        return local + at + domain.lower()
    if match.entity == "phone":
        digits = _NOT_DIGITS.sub(b"", value)
        exit_code = next((code for code in (b"0011", b"011", b"00") if digits.startswith(code) and not value.startswith(b"+")), None)
        if exit_code:
            return b"+" + digits[len(exit_code) :]
        return b"+" + digits if value.lower().removeprefix(b"tel:").lstrip(b"(").startswith((b"+", b"%2b")) else digits
    if match.kind in ("financial", "government"):
        return value.replace(b" ", b"").replace(b"-", b"").upper()
    return value
