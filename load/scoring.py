"""How an evaluation counts. A labelled part is judged by the bytes that leave, never by what a detector claims to have seen.

Nothing in here keeps a labelled value: a ``Miss`` has the number of its row and what kind of thing it was.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from service.redaction.pipeline import rewrite
from service.redaction.plan import SENSITIVE_FIELD, Plan
from service.redaction.report import Redacted

Row = Mapping[str, Any]

MARKER = re.compile(r"\[REDACTED:[^\]\n]{0,200}\]|REDACTED-[a-z_]{1,40}|redacted_[a-z_]{1,40}(?:_\d+)?")
SLACK = 3
"""Characters of a labelled part that may stay: brackets, a plus sign, a country code's digits."""


@dataclass(frozen=True, slots=True)
class Miss:
    """What went wrong in one row; ``where`` names keys or detectors, never values."""

    row: int
    type: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table: a share of ``count`` things, and the bar it has to clear, if there is one."""

    file: str
    name: str
    sent_as: str
    measure: str
    count: int
    share: float
    bar: float | None = None
    direction: Literal["at least", "at most"] = "at least"
    misses: Sequence[Miss] = ()
    note: str = ""

    @property
    def met(self) -> bool | None:
        if self.bar is None or not self.count:
            return None
        return self.share >= self.bar if self.direction == "at least" else self.share <= self.bar


@dataclass
class Tally:
    """Counts rows into a share; ``macro`` averages over types instead of over rows."""

    macro: bool = False
    _by_type: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    misses: list[Miss] = field(default_factory=list)
    unprocessable: int = 0

    def examine(self, redacted: Redacted) -> bytes:
        """The payload, after counting it if part of it was blanked for want of being examined: nothing leaks then, but all is lost."""
        self.unprocessable += bool(redacted.report.unprocessable)
        return redacted.payload

    def add(self, right: bool, row: int, type_: str, where: str = "") -> None:
        self._by_type[type_].append(right)
        if not right:
            self.misses.append(Miss(row, type_, where))

    @property
    def count(self) -> int:
        return sum(map(len, self._by_type.values()))

    @property
    def share(self) -> float:
        """0 of nothing; cases without rows are not shown."""
        if not self._by_type:
            return 0.0
        if self.macro:
            return sum(sum(rights) / len(rights) for rights in self._by_type.values()) / len(self._by_type)
        return sum(map(sum, self._by_type.values())) / self.count

    def recall(self, file: str, name: str, sent_as: str, bar: float | None, note: str = "") -> Case:
        return Case(file, name, sent_as, "recall", self.count, self.share, bar, "at least", self.misses, self._note(note))

    def _note(self, note: str) -> str:
        return ", ".join(part for part in (note, f"unprocessable: {self.unprocessable}" if self.unprocessable else "") if part)

    def false_positives(self, file: str, name: str, sent_as: str, bar: float | None, note: str = "") -> Case:
        """``add(True, …)`` was a row left alone."""
        return Case(file, name, sent_as, "false positives", self.count, 1 - self.share, bar, "at most", self.misses, self._note(note))


def read_rows(folder: Path, name: str) -> list[Row]:
    """The rows of one file of a corpora folder; none if it is missing."""
    path = folder / name
    if not path.is_file():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@dataclass(frozen=True)
class Sent:
    """One text sent through ``rewrite`` in a given guise, and what came back."""

    text: str
    came_back: str
    detectors: frozenset[str]
    unprocessable: bool = False

    @property
    def changed(self) -> bool:
        return self.text != self.came_back

    @cached_property
    def covered(self) -> list[tuple[int, int]]:
        """The spans of ``text`` that markers stand for; empty where the two can't be laid side by side."""
        first, *others = MARKER.split(self.came_back)
        if not others or not self.text.startswith(first) or not self.text.endswith(others[-1]):
            return []
        spans, at = [], len(first)
        for piece in others[:-1]:
            found = self.text.find(piece, at)
            if found < 0:
                return []
            spans.append((at, found))
            at = found + len(piece)
        return [*spans, (at, len(self.text) - len(others[-1]))]

    def survives(self, start: int, end: int, *, slack: int = SLACK) -> bool:
        """Whether more than ``slack`` characters in a row of ``text[start:end]`` are still there."""
        if not self.changed:
            return True
        if not self.covered:
            return self.text[start:end] in self.came_back
        edges = [start]
        for left, right in self.covered:
            edges += [min(max(left, start), end), min(max(right, start), end)]
        edges.append(end)
        return any(edges[at + 1] - edges[at] > slack for at in range(0, len(edges), 2))


def as_text(text: str, plan: Plan) -> Sent:
    redacted = rewrite("text", text.encode(), plan)
    return Sent(text, redacted.payload.decode(errors="replace"), enforced(redacted.report.findings), bool(redacted.report.unprocessable))


def as_ndjson(text: str, plan: Plan) -> Sent:
    """As the message of a log line. A line that comes back as anything but an object with a message counts as unchanged."""
    line = json.dumps({"ts": "2026-03-14T09:26:53.589Z", "level": "info", "message": text}, ensure_ascii=False) + "\n"
    redacted = rewrite("ndjson", line.encode(), plan)
    try:
        said = json.loads(redacted.payload)["message"]
    except (ValueError, KeyError, TypeError):
        said = text
    return Sent(text, said if isinstance(said, str) else "", enforced(redacted.report.findings), bool(redacted.report.unprocessable))


GUISES: Mapping[str, Callable[[str, Plan], Sent]] = {"text": as_text, "ndjson": as_ndjson}


def enforced(findings: Iterable[tuple[str, str, str]]) -> frozenset[str]:
    """Ids of the detectors whose findings were acted upon, out of a report's ``findings``."""
    return frozenset(detector for detector, outcome, _place in findings if outcome not in ("observe", "keep"))


def of_entity(plan: Plan, entity: str) -> Callable[[str], bool]:
    """Whether a detector's id is that of a detector of ``entity``."""
    return {detector.id for detector in plan.detectors if detector.entity == entity}.__contains__


def of_secrets(plan: Plan) -> Callable[[str], bool]:
    """Whether a detector's id is that of a detector of secrets; fields known by their name count as one."""
    return ({detector.id for detector in plan.detectors if detector.kind == "secret"} | {SENSITIVE_FIELD}).__contains__


JSON_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def views(text: str, depth: int = 3) -> Iterator[str]:
    """``text`` and what it says with one, two, … levels of JSON escapes undone: a string that survives shows in one of them."""
    for _ in range(depth + 1):
        yield text
        undone = JSON_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)) if escape[1] else _SHORT.get(escape[2], escape[2]), text)
        undone = undone.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if undone == text:
            return
        text = undone
