"""What was found, told without the values: by field, by day, by where it stands, and which findings are the same.

A *fingerprint* is a keyed hash of a value: equal values have equal ones, and without the key nothing can be learned from it. The key is the
manifest's, or a run's own.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from config.prompts import Role
from detectors.model import Finding
from service.redaction.actions import Action, Match
from service.redaction.difference_fields import Names
from service.redaction.plan import Decision, Plan

MAX_SPOTS = 1000
MAX_VALUES = 10_000
_DAY = re.compile(
    rb"(?<![0-9])(20[0-9]{2})[-/]?(0[1-9]|1[0-2])[-/]?(0[1-9]|[12][0-9]|3[01])(?![0-9])|(?<![0-9])(1[5-9][0-9]{8})(?:[0-9]{3}){0,3}(?![0-9])"
)
_LINE_BYTES = 64 << 10
_BACK, _AHEAD, _FAR_LOOKS = 64 << 10, 256 << 10, 200


@dataclass
class Notes:
    """Of a piece, a member or a file; they add up. ``lines``: so many newlines the content has.

    ``fields``: (detector, field); ``days``: (detector, ``2026-11-24`` or nothing); ``values``: (detector, fingerprint) -> findings.
    ``spots``: (member, line counted from 1, or 0 where it is not known, detector, fingerprint, field), the first 1,000.
    """

    lines: int = 0
    fields: Counter[tuple[str, str]] = field(default_factory=Counter)
    days: Counter[tuple[str, str]] = field(default_factory=Counter)
    values: Counter[tuple[str, str]] = field(default_factory=Counter)
    spots: list[tuple[str, int, str, str, str]] = field(default_factory=list)

    def add(self, other: Notes, member: str = "") -> None:
        """Takes in those of what comes next in the same content, or in a member."""
        base = self.lines if not member else 0
        self.lines += other.lines
        self.fields.update(other.fields)
        self.days.update(other.days)
        for key, count in other.values.items():
            if key in self.values or len(self.values) < MAX_VALUES:
                self.values[key] += count
        for inside, line, detector, fingerprint, name in other.spots[: MAX_SPOTS - len(self.spots)]:
            self.spots.append((member or inside, line and line + base, detector, fingerprint, name))

    def as_data(self) -> dict[str, Any]:
        """As JSON takes it."""
        counters = {"fields": self.fields, "days": self.days, "values": self.values}
        return {name: [[*key, count] for key, count in counter.items()] for name, counter in counters.items()} | {"spots": self.spots}

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> Notes:
        """The reverse."""
        counters = ({(first, second): count for first, second, count in data[name]} for name in ("fields", "days", "values"))
        fields, days, values = (Counter(counts) for counts in counters)
        return cls(0, fields, days, values, [tuple(spot) for spot in data["spots"]])


class Noting:
    """A plan that remembers what it decided about, until that is taken."""

    def __init__(self, plan: Plan, key: bytes) -> None:
        self.plan: Plan = _NotingPlan(plan, self)
        self._key = key
        self._names = Names((plan, plan))
        self._found: list[tuple[str, str, str, bytes, bytes]] = []
        self._detectors: dict[str, str] = {}

    def decided(self, finding: Finding) -> None:
        """Called for each finding: of those that overlap, only one gives the entity under which all are replaced."""
        self._detectors[finding.entity] = finding.detector

    def found(self, entity: str, kind: str, place: str, name: bytes, value: bytes) -> None:
        """Called as something is replaced."""
        self._found.append((self._detectors.get(entity, entity), kind, place, name, value))

    def take(self, piece: bytes) -> Notes:
        """The notes of ``piece``, in which all this was found; and forgets it."""
        notes = Notes(lines=piece.count(b"\n"))
        places = _places(piece, [value for *_, value in self._found])
        for (detector, kind, place, name, value), (where, line) in zip(self._found, places, strict=True):
            shown = self._names.clean(name) if name else place
            notes.fields[detector, shown] += 1
            notes.days[detector, _day(piece, where)] += 1
            print_ = "" if kind == "prompt" else blake2b(value, key=self._key, digest_size=8, person=b"scrubjay").hexdigest()
            if print_ and ((detector, print_) in notes.values or len(notes.values) < MAX_VALUES):
                notes.values[detector, print_] += 1
            if len(notes.spots) < MAX_SPOTS:
                notes.spots.append(("", line, detector, print_, shown))
        self._found.clear()
        return notes


class _NotingPlan(Plan):
    """As the plan that it is made of, but it tells what it decides about."""

    def __init__(self, plan: Plan, noting: Noting) -> None:
        self.__dict__.update(plan.__dict__)
        self.memory, self._decisions, self._tenants = {}, {}, {}
        self._noting = noting

    def decide(self, finding: Finding, place: str, name: bytes, role: Role | None = None) -> Decision:
        """See :class:`Plan`. No constant marker, so that what is replaced is always seen."""
        decision = super().decide(finding, place, name, role)
        self._noting.decided(finding)
        if not decision.enforce:
            return decision
        return decision._replace(action=_NotingAction(decision, self._noting, place, name), marker=None)


class _NotingAction:
    """An action that is told of before it is done."""

    def __init__(self, decision: Decision, noting: Noting, place: str, name: bytes) -> None:
        self._action: Action = decision.action
        self._note = (noting, decision.kind, place, name)
        self.name = self._action.name
        self.strictness = self._action.strictness

    def render(self, match: Match) -> bytes | None:
        """What the action makes of it."""
        noting, kind, place, name = self._note
        noting.found(match.entity, kind, place, name, match.value)
        return self._action.render(match)


def _places(piece: bytes, values: list[bytes]) -> list[tuple[int, int]]:
    """Where each value stands in ``piece``, and in which line; ``(-1, 0)`` where it is not to be seen as it is, for it was escaped, say.

    Values come about in the order of the content, so each is looked for near the one before.
    """
    starts, last = [], dict[bytes, int]()
    cursor = far = 0
    for value in values:
        where = piece.find(value, max(last.get(value, 0), cursor - _BACK), cursor + _AHEAD) if value else -1
        if where < 0 and value and far < _FAR_LOOKS:
            far += 1
            where = piece.find(value, last.get(value, 0))
        if where >= 0:
            last[value], cursor = where + 1, where
        starts.append(where)
    lines, line, at = dict[int, int](), 1, 0
    for where in sorted({where for where in starts if where >= 0}):
        line += piece.count(b"\n", at, where)
        at = where
        lines[where] = line
    return [(where, lines.get(where, 0)) for where in starts]


def _day(piece: bytes, at: int) -> str:
    """The day that the line around ``at`` speaks of, if it does."""
    if at < 0:
        return ""
    begin = piece.rfind(b"\n", max(0, at - _LINE_BYTES), at) + 1
    end = piece.find(b"\n", at, at + _LINE_BYTES)
    found = _DAY.search(piece, begin, len(piece) if end < 0 and len(piece) < at + _LINE_BYTES else max(end, at))
    if found is None:
        return ""
    if found[4]:
        return datetime.datetime.fromtimestamp(int(found[4]), datetime.UTC).date().isoformat()
    return b"-".join(found.group(1, 2, 3)).decode()
