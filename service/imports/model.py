"""What an import makes: a policy as data, and a list of what is not in it as it was. Nothing is left out in silence.

A note is ``adapted`` where a rule is there but does not mean the very same, and ``left out`` where it is not there; ``why`` says what
to do, or what holds instead. What the policy holds loads: each pattern has been compiled, and one that can't be is a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from config.patterns import Pattern
from detectors.catalogue import CATALOGUE
from detectors.custom import PatternError, detector
from service.redaction.compilation import KINDS, plain_pattern
from service.redaction.plan import PROMPT_IDS, SENSITIVE_FIELD

_NAME_LENGTH = 64


class ImportFailed(ValueError):
    """The file is none of that format; one line."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that is not as it was: a rule's name, and why."""

    kind: Literal["adapted", "left out"]
    what: str
    why: str


@dataclass(slots=True)
class Imported:
    """A policy in the making. ``policy`` is the tree that is written as YAML; ``rules`` counts what the file had."""

    source: str
    policy: dict[str, Any] = field(default_factory=lambda: {"version": 1})
    notes: list[Note] = field(default_factory=list)
    rules: int = 0
    _taken: set[str] = field(default_factory=lambda: {detector.id for detector in CATALOGUE} | {*KINDS, *PROMPT_IDS, SENSITIVE_FIELD})

    def name(self, wanted: str) -> str:
        """``wanted`` as an id that nothing has yet: lower_snake_case, with the source before it or a number behind it where it is taken."""
        snake = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", wanted).lower()).strip("_")
        snake = (snake if snake[:1].isalpha() else f"{self.source}_{snake}").strip("_")[:_NAME_LENGTH]
        name = snake if snake not in self._taken else f"{self.source}_{snake}"[:_NAME_LENGTH]
        number = 2
        while name in self._taken:
            name = f"{snake[: _NAME_LENGTH - 4]}_{number}"
            number += 1
        self._taken.add(name)
        return name

    def add(self, what: str, pattern: dict[str, Any]) -> bool:
        """Adds a pattern; what can't be compiled is noted instead. ``what`` is its name in the file."""
        try:
            detector(plain_pattern(Pattern.model_validate(pattern)))
        except PatternError as error:
            self.left_out(what, str(error))
        except ValueError as error:
            self.left_out(what, "its settings are not those of a pattern (" + " ".join(str(error).split())[:200] + ")")
        else:
            self.policy.setdefault("patterns", []).append(pattern)
            return True
        return False

    def adapted(self, what: str, why: str) -> None:
        self.notes.append(Note("adapted", what, why))

    def left_out(self, what: str, why: str) -> None:
        self.notes.append(Note("left out", what, why))


class _Dumper(yaml.SafeDumper):
    """Block style throughout, lists indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless
        super().increase_indent(flow, False)


def written(imported: Imported, title: str) -> str:
    """The policy as YAML, with the notes as comments before it. A literal ``${`` is written ``$${``."""
    head = [title, *(f"{note.kind}: {note.what}: {note.why}" for note in imported.notes)]
    comments = "".join(f"# {_one_line(line)}\n" for line in head)
    tree = yaml.dump(_escaped(imported.policy), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=4000)
    return comments + tree


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escaped(tree: Any, seen: dict[int, Any] | None = None) -> Any:
    """The tree as the loader wants it; lists that stand in several places stay one, which YAML writes once."""
    seen = {} if seen is None else seen
    if isinstance(tree, dict):
        return {key: _escaped(value, seen) for key, value in tree.items()}
    if isinstance(tree, list):
        if id(tree) not in seen:
            seen[id(tree)] = [_escaped(value, seen) for value in tree]
        return seen[id(tree)]
    return tree.replace("${", "$${") if isinstance(tree, str) else tree


def texts(value: Any) -> list[str]:
    """The strings of a list, whatever else a file has put there left aside."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, Iterable) and not isinstance(value, (str, dict)) else []
