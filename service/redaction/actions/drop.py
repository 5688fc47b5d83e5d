"""``drop``: nothing takes the match's place."""

from __future__ import annotations

from service.redaction.actions.match import Match


class Drop:
    """Removes the member, attribute or field that holds the match; in plain text the matched bytes alone.

    With ``what='record'`` the whole record goes.
    """

    name = "drop"

    def __init__(self, what: str = "match") -> None:
        self.what = what
        self.strictness = 100 if what == "record" else 90

    def render(self, match: Match) -> bytes | None:
        del match
        return None
