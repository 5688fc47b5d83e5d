"""``mask``: most of the value is covered, its last characters stay."""

from __future__ import annotations

from service.redaction.actions.match import Match
from service.redaction.actions.replace import marker


class Mask:
    """``************1111``. Keeps at most ``keep`` characters, and never more than a quarter of them.

    A value so short that fewer than three characters would be covered is replaced whole, as is one that is not UTF-8.
    """

    name = "mask"
    strictness = 30

    def __init__(self, keep: int = 4, character: str = "*") -> None:
        self.keep = keep
        self.character = character

    def render(self, match: Match) -> bytes:
        if match.syntax != "text":
            return marker(match.entity, match.syntax)
        try:
            value = match.value.decode()
        except UnicodeDecodeError:
            return marker(match.entity)
        kept = min(self.keep, 4, len(value) // 4)
        covered = len(value) - kept
        if covered < 3 or not value[covered:].isalnum():
            kept, covered = 0, len(value)
        if covered < 3:
            return marker(match.entity)
        return (self.character * covered + value[covered:]).encode()
