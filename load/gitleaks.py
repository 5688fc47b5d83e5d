"""``python -m load.gitleaks CORPORA``: gitleaks and Scrubjay with gitleaks' rules over the same texts, side by side.

Imports the rules of gitleaks' own ``gitleaks.toml``, gives every text to both, and prints what both find, what only one does, and the CPU
seconds each takes. A finding is a rule in a text (in logs: in a line). Both look at a text alone; gitleaks does not decode (its
``--max-decode-depth 0``); a generic finding of ours where another rule has found the same counts only if gitleaks has it, which drops
most of these. What is found is not shown.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from config.patterns import Pattern
from detectors.custom import detector
from detectors.scanner import Scanner
from service.imports import gitleaks
from service.redaction.compilation import plain_pattern

GENERIC = "generic-api-key"
Found = set[tuple[str, str]]
"""``(text, rule)``."""


class Comparison(NamedTuple):
    """One corpus: how many findings are whose, and the CPU seconds of both (gitleaks' without what it takes to start)."""

    corpus: str
    texts: int
    both: Found
    theirs: Found
    ours: Found
    their_seconds: float
    our_seconds: float


def imported_scanner(rules: Path) -> tuple[Scanner, dict[str, str]]:
    """The imported rules, compiled; and the rule that each detector comes from."""
    imported = gitleaks.read(rules.read_text(encoding="utf-8"), rules.parent)
    patterns = [Pattern.model_validate(pattern) for pattern in imported.policy["patterns"]]
    scanner = Scanner([detector(plain_pattern(pattern)) for pattern in patterns])
    scanner.warm()
    return scanner, {pattern.name: pattern.reference.rpartition(" ")[2] for pattern in patterns}


def compare(corpus: str, texts: dict[str, bytes], program: Path, scanner: Scanner, rules: dict[str, str]) -> Comparison:
    """Both over the same texts."""
    theirs, their_seconds = _gitleaks(program, texts)
    _, starting = _gitleaks(program, {"empty": b""})
    started = time.process_time()
    ours, generic = _scan(texts, scanner, rules)
    our_seconds = time.process_time() - started
    return Comparison(
        corpus, len(texts), theirs & (ours | generic), theirs - ours - generic, ours - theirs, max(0.0, their_seconds - starting), our_seconds
    )


def _scan(texts: dict[str, bytes], scanner: Scanner, rules: dict[str, str]) -> tuple[Found, Found]:
    """What is found, and generic findings that lie where another rule has found something."""
    found: Found = set()
    generic: Found = set()
    for name, text in texts.items():
        findings = [(rules[each.detector], each.start, each.end) for each in scanner.findings(text)]
        special = [(start, end) for rule, start, end in findings if rule != GENERIC]
        for rule, start, end in findings:
            again = rule == GENERIC and any(a < end and start < b for a, b in special)
            (generic if again else found).add((name, rule))
    return found, generic - found


def _gitleaks(program: Path, texts: dict[str, bytes]) -> tuple[Found, float]:
    """What gitleaks finds with its own rules, and its CPU seconds."""
    with tempfile.TemporaryDirectory(prefix="scrubjay-gitleaks-") as folder:
        sources, report = Path(folder, "texts"), Path(folder, "report.json")
        sources.mkdir()
        for name, text in texts.items():
            (sources / name).write_bytes(text)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [program, "dir", sources, "--max-decode-depth=0", "--no-banner", "--log-level=error", "--exit-code=0", "--ignore-gitleaks-allow"]
        subprocess.run([*map(str, command), "--report-format=json", f"--report-path={report}"], check=True, timeout=600)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        rows = json.loads(report.read_bytes() or b"[]") or []
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {(Path(row["File"]).name, row["RuleID"]) for row in rows}, seconds


def corpora(folder: Path) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Labelled secrets, what only looks like them, and real logs line by line."""
    for name in ("secrets_pos", "secrets_neg"):
        with gzip.open(folder / f"{name}.jsonl.gz") as rows:
            yield name, {f"{i}.txt": json.loads(row)["text"].encode() for i, row in enumerate(rows)}
    for path in sorted((folder / "logs").glob("*.log.gz")):
        yield f"logs/{path.name.partition('.')[0]}", {f"{i}.txt": line for i, line in enumerate(gzip.decompress(path.read_bytes()).splitlines())}


def table_of(comparisons: Iterable[Comparison]) -> Table:
    table = Table(title="gitleaks and Scrubjay with gitleaks' rules: findings, and CPU seconds", title_justify="left")
    for heading in ("corpus", "texts", "both", "only gitleaks", "only Scrubjay", "gitleaks s", "Scrubjay s"):
        table.add_column(heading, justify="left" if heading == "corpus" else "right")
    for each in comparisons:
        counts = (each.texts, len(each.both), len(each.theirs), len(each.ours))
        table.add_row(each.corpus, *map(str, counts), f"{each.their_seconds:.2f}", f"{each.our_seconds:.2f}")
    return table


def main() -> int:
    from tests.interop.peers import gitleaks as program_of  # the programs that are compared with are built there

    parser = argparse.ArgumentParser(prog="python -m load.gitleaks", description=__doc__)
    parser.add_argument("corpora", type=Path, help="folder with secrets_pos.jsonl.gz, secrets_neg.jsonl.gz and logs/")
    parser.add_argument("--differences", action="store_true", help="list the texts' numbers and rules that only one of them finds")
    arguments = parser.parse_args()
    program = program_of()
    scanner, rules = imported_scanner(program.with_name("gitleaks.toml"))
    comparisons = [compare(name, texts, program, scanner, rules) for name, texts in corpora(arguments.corpora)]
    Console(width=140).print(table_of(comparisons))
    if arguments.differences:
        for each in comparisons:
            for who, found in (("gitleaks", each.theirs), ("Scrubjay", each.ours)):
                for text, rule in sorted(found):
                    print(f"{each.corpus} {text}: only {who}: {rule}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
