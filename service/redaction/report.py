"""What was done to a payload, in numbers. A report never holds a value, a key of the user's, or a position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple


class Report:
    """Counts of one rewrite; ``add`` merges another one.

    ``findings``: (detector id, action, place) -> count, where place is one of the codec's fixed vocabulary ('body', 'attribute', 'key', …).
    ``unprocessable``: reason -> count. ``records``: records seen; ``touched``: records in which at least one byte changed;
    ``dropped``: records removed by policy.
    """

    __slots__ = ("dropped", "findings", "records", "touched", "unprocessable")

    def __init__(self) -> None:
        self.findings: Counter[tuple[str, str, str]] = Counter()
        self.unprocessable: Counter[str] = Counter()
        self.records = 0
        self.touched = 0
        self.dropped = 0

    def add(self, other: Report) -> None:
        self.findings.update(other.findings)
        self.unprocessable.update(other.unprocessable)
        self.records += other.records
        self.touched += other.touched
        self.dropped += other.dropped

    def observed(self) -> Report:
        """The same, where nothing was changed after all: every finding's action is ``observe``, and no record is touched or dropped."""
        seen = Report()
        seen.records = self.records
        seen.unprocessable.update(self.unprocessable)
        for (detector, _action, place), count in self.findings.items():
            seen.findings[detector, "observe", place] += count
        return seen

    def by_detector(self) -> Counter[str]:
        """Findings per detector, over all actions and places."""
        return by_detector(self.findings)


def by_detector(findings: Mapping[tuple[str, str, str], int]) -> Counter[str]:
    """Findings per detector, given those by detector, action and place."""
    total: Counter[str] = Counter()
    for (detector, _action, _place), count in findings.items():
        total[detector] += count
    return total


class Redacted(NamedTuple):
    """A rewritten payload. ``payload is`` the very object that was given when nothing changed."""

    payload: bytes
    report: Report
