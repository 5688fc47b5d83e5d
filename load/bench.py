"""``python -m load.bench``: how fast the engine is, codec by codec, beside the yardstick and the plain redactor.

What is measured is ``service.redaction.pipeline.rewrite`` with the whole default policy, on one core, on requests of about 1 MiB whose
values never repeat. Seconds are processor seconds of this process. Each round times all three, one after the other, so that a busy
machine slows all of them; a ratio is the median over rounds of the ratio within each round. The plain redactor has no protobuf: beside
OTLP it works on log lines of the same hit share. Before anything is timed, the rewritten payloads are checked: as many records must be
touched as were made sensitive.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from load.corpus import MIB, Corpus, application_ndjson, gateway_bodies, mixed_text
from load.plans import default_plan
from load.spans import spans_json, spans_proto
from load.yardstick import Yardstick, plain_redact
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan

SHARES = (0.0, 0.05, 0.3, 1.0)
Generator = Callable[[int, float], Corpus]
CODECS: dict[str, Generator] = {
    "ndjson": lambda size, share: application_ndjson(size, share=share),
    "text": lambda size, share: mixed_text(size, share=share),
    "otlp_proto traces": lambda size, share: spans_proto(size, share=share),
    "otlp_json traces": lambda size, share: spans_json(size, share=share),
}
ALL_HIT: dict[str, Generator] = {"llm bodies": lambda size, share: gateway_bodies(size)}


@dataclass(frozen=True, slots=True)
class Goal:
    """A ratio to reach, for one codec at one share."""

    codec: str
    share: float
    beside: str
    at_least: float


GOALS = tuple(
    goal
    for codec in ("ndjson", "otlp_proto traces", "otlp_json traces")
    for goal in (Goal(codec, 0.0, "yardstick", 0.12), Goal(codec, 0.05, "yardstick", 0.08), Goal(codec, 0.05, "plain", 15.0))
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much work there is: bytes where at most 5 % is hit, bytes where more is, bytes for the plain redactor, and rounds.

    ``seconds`` bounds a row's rounds, of which at least two are run.
    """

    payload: int
    busy: int
    plain: int
    rounds: int
    seconds: float


DEFAULT = Sizes(payload=24 * MIB, busy=8 * MIB, plain=3 * MIB, rounds=5, seconds=6.0)
QUICK = Sizes(payload=8 * MIB, busy=2 * MIB, plain=1 * MIB, rounds=3, seconds=2.0)


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured for one codec at one share. Rates are bytes per second, one per round."""

    codec: str
    share: float
    size: int
    records: int
    hits: int
    touched: int
    ours: tuple[float, ...]
    yardstick: tuple[float, ...]
    plain: tuple[float, ...]

    @property
    def speed(self) -> float:
        return statistics.median(self.ours)

    @property
    def records_per_second(self) -> float:
        return self.speed * self.records / self.size

    def ratio(self, beside: str) -> float:
        others = self.yardstick if beside == "yardstick" else self.plain
        return statistics.median(ours / other for ours, other in zip(self.ours, others, strict=True))


def measure(corpus: Corpus, share: float, plan: Plan, yardstick: Yardstick, sizes: Sizes) -> Row:
    """Rounds of: yardstick, plain redactor, ours."""
    lines = corpus if corpus.codec in ("text", "ndjson") else application_ndjson(sizes.plain, share=share)
    plain = _first(lines, sizes.plain)
    touched = sum(rewrite(corpus.codec, payload, plan).report.touched for payload in corpus.payloads)
    rates: list[tuple[float, float, float]] = []
    started = time.perf_counter()
    gc.collect()
    gc.freeze()
    while len(rates) < sizes.rounds and (len(rates) < 2 or time.perf_counter() - started < sizes.seconds):
        rates.append(
            (
                _rate(lambda: _rewrite_all(corpus, plan), corpus.size),
                _rate(yardstick.run, yardstick.size),
                _rate(lambda: plain_redact(plain), sum(map(len, plain))),
            )
        )
    gc.unfreeze()
    ours, beside, slow = zip(*rates, strict=True)
    return Row(corpus.name, share, corpus.size, corpus.records, corpus.hits, touched, ours, beside, slow)


def _rewrite_all(corpus: Corpus, plan: Plan) -> None:
    for payload in corpus.payloads:
        rewrite(corpus.codec, payload, plan)


def _rate(run: Callable[[], object], size: int) -> float:
    """Bytes per second of our own time on the core, so that what else runs on the machine counts as little as can be."""
    started = time.process_time()
    run()
    return size / (time.process_time() - started)


def _first(corpus: Corpus, size: int) -> list[bytes]:
    """The corpus' first ``size`` bytes, as whole requests."""
    taken: list[bytes] = []
    for payload in corpus.payloads:
        if sum(map(len, taken)) >= size:
            break
        taken.append(payload)
    return taken


def rows(plan: Plan, sizes: Sizes, only: Sequence[str] = ()) -> Iterator[Row]:
    yardstick = Yardstick()
    for name, generate in (CODECS | ALL_HIT).items():
        if only and name.split()[0] not in only:
            continue
        for share in SHARES if name in CODECS else (1.0,):
            size = sizes.busy if share > 0.05 else sizes.payload
            yield measure(generate(size, share), share, plan, yardstick, sizes)


def table_of(measured: Sequence[Row]) -> Table:
    table = Table(title="Speed of the engine, default policy, one core", title_justify="left")
    for heading in ("codec", "hit", "MB/s", "records/s", "yardstick MB/s", "of yardstick", "plain MB/s", "× plain", "touched/made"):
        table.add_column(heading, justify="left" if heading == "codec" else "right", no_wrap=True)
    for row in measured:
        table.add_row(
            row.codec,
            f"{row.share:.0%}",
            f"{row.speed / 1e6:,.1f}",
            f"{row.records_per_second:,.0f}",
            f"{statistics.median(row.yardstick) / 1e6:,.0f}",
            f"{row.ratio('yardstick'):.1%}",
            f"{statistics.median(row.plain) / 1e6:.1f}",
            f"{row.ratio('plain'):.1f}",
            f"{row.touched}/{row.hits}",
            end_section=row.share == SHARES[-1],
        )
    return table


def goals_of(measured: Sequence[Row]) -> Iterator[tuple[Goal, float]]:
    """Each goal that this run can judge, with what was reached."""
    by_work = {(row.codec, row.share): row for row in measured}
    for goal in GOALS:
        if row := by_work.get((goal.codec, goal.share)):
            yield goal, row.ratio(goal.beside)


def goal_table(measured: Sequence[Row]) -> Table:
    table = Table(title="Goals", title_justify="left")
    for heading in ("codec", "hit", "beside", "goal", "reached", ""):
        table.add_column(heading, no_wrap=True)
    for goal, reached in goals_of(measured):
        style = "{:.0%}" if goal.beside == "yardstick" else "{:.0f} ×"
        exact = "{:.1%}" if goal.beside == "yardstick" else "{:.1f} ×"
        verdict = "met" if reached >= goal.at_least else "[bold red]missed"
        table.add_row(goal.codec, f"{goal.share:.0%}", goal.beside, "≥ " + style.format(goal.at_least), exact.format(reached), verdict)
    return table


def as_json(measured: Sequence[Row]) -> dict[str, object]:
    return {
        "machine": {"processor": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()},
        "rows": [
            {
                "codec": row.codec,
                "share": row.share,
                "bytes": row.size,
                "records": row.records,
                "hits": row.hits,
                "touched": row.touched,
                "bytes_per_second": {"median": row.speed, "best": max(row.ours), "rounds": row.ours},
                "records_per_second": row.records_per_second,
                "yardstick_bytes_per_second": row.yardstick,
                "plain_bytes_per_second": row.plain,
                "of_yardstick": row.ratio("yardstick"),
                "times_plain": row.ratio("plain"),
            }
            for row in measured
        ],
        "goals": [
            {
                "codec": goal.codec,
                "share": goal.share,
                "beside": goal.beside,
                "at_least": goal.at_least,
                "reached": reached,
                "met": reached >= goal.at_least,
            }
            for goal, reached in goals_of(measured)
        ],
    }


def pin_to_one_core() -> None:
    """Keep to one core, where the system lets us choose (Linux)."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m load.bench", description="Speed by codec and share of records hit.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures, every round of them, to FILE")
    parser.add_argument("--quick", action="store_true", help="a quarter of the bytes and fewer rounds")
    parser.add_argument("--only", nargs="+", default=(), choices=sorted({name.split()[0] for name in CODECS | ALL_HIT}), help="these codecs")
    chosen = parser.parse_args(arguments)
    pin_to_one_core()
    console = Console(width=None if sys.stdout.isatty() else 130)
    measured = []
    for row in rows(default_plan(), QUICK if chosen.quick else DEFAULT, chosen.only):
        measured.append(row)
        print(f"{row.codec} at {row.share:.0%}: {row.speed / 1e6:,.1f} MB/s", file=sys.stderr)
    console.print(table_of(measured))
    console.print(goal_table(measured))
    if any(row.touched != row.hits for row in measured):
        console.print("Records touched differ from records made sensitive: the speeds above are of other work than they say.", style="yellow")
    if chosen.json:
        chosen.json.write_text(json.dumps(as_json(measured), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
