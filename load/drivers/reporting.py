"""What the drivers print and write: a table, JSON with every figure and histogram, and a plot of the percentiles."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from load.drivers.curves import plot_percentiles
from load.drivers.measuring import Measured, recorded
from load.plots import file_to_draw
from load.processes import LoadError

WIDTH = 150


def add_outputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    parser.add_argument("--plot", type=file_to_draw, metavar="FILE", help="draw to FILE: .svg or .png")


def table_of(runs: Sequence[Measured], title: str, item: str) -> Table:
    """A line for each run. ``late`` and ``waited`` are of an open loop."""
    table = Table(title=title, title_justify="left", caption_justify="left")
    headings = ("due", "answered", "failed", "unsent", "waited", "late", f"{item}/s", f"{item}/CPU s", "p50 ms", "p90", "p99", "p99.9", "max")
    table.add_column("", no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for run in runs:
        driven, spread = run.driven, run.spread
        due = [driven.due, driven.acknowledged, driven.failed, driven.unsent, driven.waited, driven.late]
        counts = [f"{count:,}" if run.rate or at in (1, 2) else "-" for at, count in enumerate(due)]
        per_cpu = run.items_per_cpu_second
        times = (spread.p50, spread.p90, spread.p99, spread.p999, spread.longest)
        cells = [*counts, f"{run.items_per_second:,.0f}", "-" if per_cpu is None else f"{per_cpu:,.0f}"]
        table.add_row(run.name, *cells, *(f"{seconds * 1000:.2f}" for seconds in times))
    failures = {run.driven.first_failure for run in runs if run.driven.first_failure}
    if failures:
        table.caption = f"first failure: {', '.join(sorted(failures))}"
    return table


def show(table: Table) -> None:
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)


def write_json(file: Path | None, figures: Mapping[str, Any]) -> None:
    if file is not None:
        try:
            file.write_text(json.dumps(figures, indent=1) + "\n")
        except OSError as error:
            raise LoadError(f"--json: {file} can't be written ({error.strerror})") from None


def write_outputs(runs: Sequence[Measured], title: str, chosen: argparse.Namespace, item: str) -> None:
    show(table_of(runs, title, item))
    write_json(chosen.json, {"title": title, "runs": [run.as_json() for run in runs]})
    if chosen.plot:
        plot_percentiles({run.name: recorded([run]).curve() for run in runs}, title, chosen.plot)
