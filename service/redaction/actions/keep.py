"""``keep``: the match stays as it is, and is counted."""

from __future__ import annotations

from service.redaction.actions.match import Match


class Keep:
    """Leaves the value alone. A kept finding never hides another one: it takes no part in the resolution of overlaps."""

    name = "keep"
    strictness = 0

    def render(self, match: Match) -> bytes:
        return match.value
