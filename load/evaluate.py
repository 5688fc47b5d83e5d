"""``python -m load.evaluate CORPORA``: how much is found, and how much is taken for something it is not.

Reads a folder of labelled cases (any file may be missing), sends every row through ``service.redaction.pipeline.rewrite`` under the
default policy, and prints a table by file and tier. Exit code 0, or with ``--strict`` 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from load.labelled import benign_cases, email_cases, log_cases, phone_cases, phone_lookalike_cases, redacted_log_line, secret_cases
from load.prompts import body_cases, span_cases
from load.scoring import Case

SECTIONS: dict[str, Callable[[Path], Iterator[Case]]] = {
    "emails": email_cases,
    "phones": phone_cases,
    "phones_neg": phone_lookalike_cases,
    "secrets_pos": secret_cases,
    "secrets_neg": benign_cases,
    "logs": log_cases,
    "llm_request_bodies": body_cases,
    "spans": span_cases,
}


def evaluate(folder: Path, only: Sequence[str] = ()) -> Iterator[Case]:
    """The cases for which the folder has rows."""
    for name, cases in SECTIONS.items():
        if not only or name in only:
            yield from (case for case in cases(folder) if case.count)


def table_of(cases: Sequence[Case]) -> Table:
    table = Table(title="Evaluation, default policy", title_justify="left")
    for heading in ("file", "case", "sent as", "measure", "n", "share", "bar", ""):
        table.add_column(heading, justify="right" if heading in ("n", "share", "bar") else "left", no_wrap=True)
    table.add_column("note", overflow="fold")
    for case, following in itertools.zip_longest(cases, cases[1:]):
        sign = "≥" if case.direction == "at least" else "≤"
        bar = "" if case.bar is None else f"{sign} {case.bar:g}"
        verdict = {None: "", True: "met", False: "[bold red]missed"}[case.met]
        name = case.file.removesuffix(".jsonl.gz")
        ends = following is None or following.file.split("/")[0] != case.file.split("/")[0]
        share = f"{case.share:.4f}"
        table.add_row(name, case.name, case.sent_as, case.measure, str(case.count), share, bar, verdict, case.note, end_section=ends)
    return table


def print_misses(console: Console, cases: Sequence[Case], most: int, show: Path | None) -> None:
    """Up to ``most`` misses of each case: row numbers, types, keys and detectors; with ``show``, log lines as they come back."""
    for case in cases:
        if not case.misses or (case.met is None and not case.file.startswith("logs/")):
            continue
        console.print(f"\n{case.file}, {case.name}, as {case.sent_as}: {len(case.misses)} missed", style="bold", markup=False)
        for miss in case.misses[:most]:
            console.print(f"  row {miss.row}: {miss.type}{': ' + miss.where if miss.where else ''}", markup=False, highlight=False)
            if show and case.file.startswith("logs/"):
                console.print(f"    {redacted_log_line(show, miss.type, miss.row)}", markup=False, highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m load.evaluate", description="Recall and false positives on labelled cases.")
    parser.add_argument("corpora", type=Path, metavar="CORPORA", help="folder of labelled cases")
    parser.add_argument("--only", nargs="+", default=(), choices=tuple(SECTIONS), help="these files")
    parser.add_argument("--misses", type=int, default=0, metavar="N", help="list up to N missed rows of each case: numbers, types, keys")
    parser.add_argument("--show", action="store_true", help="with --misses: log lines that were touched, as they come back")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the cases to FILE")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a bar is missed")
    chosen = parser.parse_args(arguments)
    if not chosen.corpora.is_dir():
        parser.error(f"{chosen.corpora}: a folder of labelled cases")
    console = Console(width=None if sys.stdout.isatty() else 160)
    cases = list(evaluate(chosen.corpora, chosen.only))
    console.print(table_of(cases))
    if chosen.misses:
        print_misses(console, cases, chosen.misses, chosen.corpora if chosen.show else None)
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(case) for case in cases], indent=1) + "\n")
    return 1 if chosen.strict and any(case.met is False for case in cases) else 0


if __name__ == "__main__":
    sys.exit(main())
