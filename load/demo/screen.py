"""What the demo shows: before and after side by side, findings by detector, the metrics that matter.

At least 100 columns where there is no terminal; colour only on one (and never with NO_COLOR), so nothing depends on colour.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from urllib.parse import quote

from prometheus_client.parser import text_string_to_metric_families
from rich.box import HORIZONTALS
from rich.console import Console
from rich.table import Table
from rich.text import Text

from load.demo.planted import Planted
from load.demo.records import Pair

EXCERPT = 150
"""Characters shown of a long value, from a little before the first difference."""
LEAD = 24

PLUMBING = re.compile(r"^[a-z]+\.dataPoints\[\d+\]\.(?=attributes)|(?<![a-z])attributes\.|\.arrayValue\.values")
"""Parts of a field's path that OTLP needs and a reader doesn't."""

MARKER = re.compile(r"\[[A-Za-z_]+:[^\]\s]*\]|REDACTED-\w+|redacted_\w+")


def open_screen() -> Console:
    """A console that never fails on a character its output can't show."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=100)


class Screen:
    """Prints comparisons; knows the planted values only to colour them."""

    def __init__(self, planted: Planted) -> None:
        self.console = open_screen()
        values = [line for _, value in planted.items() for line in value.splitlines()]
        self.planted = re.compile("|".join(re.escape(text) for value in values for text in {value, quote(value, safe="")}))

    def say(self, text: str, style: str = "") -> None:
        self.console.print(Text(text, style))

    def heading(self, text: str) -> None:
        self.console.print()
        self.console.print(Text(text, "bold"))

    def comparison(self, first: str, rows: Iterable[tuple[str, str, str]]) -> None:
        """A table of (where, before, after); rows that would look alike before are shown once, with their number."""
        table = Table(box=HORIZONTALS, expand=True, show_lines=True, header_style="bold", padding=(0, 1, 0, 0))
        table.add_column(first, ratio=22, overflow="fold")
        table.add_column("before", ratio=39, overflow="fold")
        table.add_column("after", ratio=39, overflow="fold")
        alike: dict[str, list[tuple[str, Text, Text]]] = {}
        for where, before, after in rows:
            start = max(0, first_difference(before, after) - LEAD)
            old, new = self.excerpt(before, start, self.planted, "red"), self.excerpt(after, start, MARKER, "green")
            alike.setdefault(old.plain, []).append((where, old, new))
        for same in alike.values():
            where, old, new = same[0]
            table.add_row(Text(where if len(same) == 1 else f"{where}\n(and {len(same) - 1} more like it)"), old, new)
        self.console.print(table)

    def excerpt(self, value: str, start: int, marked: re.Pattern[str], style: str) -> Text:
        """Coloured before it is cut, so that a value that is cut is still coloured."""
        text = Text(value)
        for found in marked.finditer(value):
            text.stylize(style, *found.span())
        end = min(len(value), start + EXCERPT)
        shown = text[start:end]
        shown.plain = shown.plain.replace("\n", "↵").replace("\t", " ")
        return Text.assemble("…" if start else "", shown, "…" if end < len(value) else "")

    def records(self, pairs: Iterable[Pair]) -> None:
        """The fields that were changed."""
        rows = [(f"{pair.title}\n{PLUMBING.sub('', name)}", before, after) for pair in pairs for name, before, after in pair.changed()]
        self.comparison("record, field", rows)

    def metrics(self, exposition: str) -> None:
        """The findings as a table, then the other counters of the service that are not zero."""
        samples = [sample for family in text_string_to_metric_families(exposition) for sample in family.samples]
        self.heading("Findings by detector (scrubjay_findings_total)")
        table = Table(box=HORIZONTALS, header_style="bold", padding=(0, 2, 0, 0))
        for name in ("detector", "action", "signal"):
            table.add_column(name)
        table.add_column("count", justify="right")
        findings = [sample for sample in samples if sample.name == "scrubjay_findings_total"]
        for sample in sorted(findings, key=lambda sample: (-sample.value, sorted(sample.labels.items()))):
            labels = sample.labels
            table.add_row(Text(labels.get("detector", "")), labels.get("action", ""), labels.get("signal", ""), f"{sample.value:,.0f}")
        self.console.print(table)
        self.heading("Other metrics")
        for sample in samples:
            hidden = sample.name.endswith(("_bucket", "_created")) or sample.name == "scrubjay_findings_total"
            if sample.name.startswith("scrubjay_") and not hidden and sample.value:
                names = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
                self.say(f"  {sample.name}{{{names}}} {sample.value:,.6g}" if names else f"  {sample.name} {sample.value:,.6g}")


def first_difference(before: str, after: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
