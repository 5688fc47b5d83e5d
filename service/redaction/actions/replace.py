"""``replace``: a marker that names what was there, and nothing of it."""

from __future__ import annotations

from service.redaction.actions.match import Match


class Replace:
    """``[REDACTED:email]``; inside URLs ``REDACTED-email``; as a name ``redacted_email``."""

    name = "replace"
    strictness = 50

    def render(self, match: Match) -> bytes:
        return marker(match.entity, match.syntax)


def marker(entity: str, syntax: str = "text") -> bytes:
    """The marker for ``entity`` in the leaf's own syntax (brackets and colons are not allowed in URLs; RFC 3986 section 2.2)."""
    if syntax == "url":
        return b"REDACTED-" + entity.replace("_", "-").encode()
    if syntax == "name":
        return b"redacted_" + entity.encode()
    return b"[REDACTED:" + entity.encode() + b"]"
