"""What commands print for people: tables, with colour on a terminal only."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

import orjson
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from detectors.model import Detector
from service.redaction.pipeline import Explained

_WIDTH_ELSEWHERE = 160
"""Columns where there is no terminal to ask, so that a pipe or a file gets whole lines."""


def console() -> Console:
    """Standard output; ``NO_COLOR`` and a missing terminal turn colour off."""
    asked = os.environ.get("COLUMNS", "")
    width = None if sys.stdout.isatty() or asked.isdigit() else _WIDTH_ELSEWHERE
    return Console(highlight=False, width=width)


def print_json(value: object) -> None:
    """One JSON document."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode())


def explained_rows(found: Iterable[Explained]) -> list[dict[str, object]]:
    """Findings as data. They say where and what becomes of it; what the policy hides is in none of the fields."""
    names = ("start", "end", "detector", "entity", "score", "action", "becomes", "reference")
    return [{name: getattr(finding, name) for name in names} for finding in found]


def print_explained(found: list[Explained], result: str) -> None:
    """The findings as a table, and below it what the text becomes."""
    out = console()
    if not found:
        out.print("nothing found")
        return
    table = Table("bytes", "detector", "entity", "score", "action", "becomes", "why", box=None, pad_edge=False, header_style="bold")
    for finding in found:
        cells = (f"{finding.start}-{finding.end}", finding.detector, finding.entity, f"{finding.score:.2f}", finding.action)
        table.add_row(*map(Text, cells), Text(finding.becomes, "green"), Text(finding.reference, "dim"))
    out.print(table)
    out.print()
    out.print(Text(result.rstrip("\n")), soft_wrap=True)


def detector_rows(catalogue: Iterable[Detector]) -> list[dict[str, object]]:
    """The catalogue as data, with each detector's examples."""
    names = ("id", "entity", "kind", "title", "default", "loose", "score", "finds", "ignores", "reference")
    return [{name: getattr(detector, name) for name in names} for detector in catalogue]


def print_detectors(catalogue: Iterable[Detector]) -> None:
    """The catalogue as a table."""
    table = Table(
        Column("detector", no_wrap=True, header_style="bold"),
        "entity",
        "kind",
        "default",
        "title",
        "reference",
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    for detector in sorted(catalogue, key=lambda detector: (detector.kind, detector.id)):
        default = Text("on", "green") if detector.default else Text("off", "dim")
        table.add_row(detector.id, detector.entity, detector.kind, default, Text(detector.title), Text(detector.reference, "dim"))
    console().print(table)
