"""``scale``: the same load against services with different numbers of workers."""

from __future__ import annotations

import argparse
import contextlib
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table

from load.corpus import MIB
from load.drive import Job, write_requests
from load.drivers.curves import plot_percentiles
from load.drivers.footprint import Footprint, workers_of
from load.drivers.kinds import KINDS
from load.drivers.measuring import Measured, companions, measure, must_be_clean, recorded, tell
from load.drivers.reporting import show, write_json
from load.setups import passthrough, scrubjay

GOAL_CPU = 1.1
"""Processor seconds of a request, at most so many times those with the first number of workers."""
GOAL_WORKERS = (1, 2)
CONNECTIONS = {"http": 32, "grpc": 16}
STREAMS = {"http": 1, "grpc": 2}
TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Row:
    """One number of workers: its runs, round by round, and what each worker held at the end."""

    workers: int
    runs: list[Measured] = field(default_factory=list)
    footprints: list[Footprint] = field(default_factory=list)

    def ratio(self, reference: Row, figure: Callable[[Measured], float]) -> float:
        """Median over rounds of this one's figure divided by the reference's within a round."""
        return statistics.median(figure(one) / max(figure(other), 1e-9) for one, other in zip(self.runs, reference.runs, strict=True))

    def as_json(self, reference: Row) -> dict[str, Any]:
        ratios = {"cpu_ratio": self.ratio(reference, cpu_per_request), "speed_ratio": self.ratio(reference, items_per_second)}
        held = [asdict(each) for each in self.footprints]
        return {"workers": self.workers, "runs": [run.as_json() for run in self.runs], "footprints": held, **ratios}


def cpu_per_request(run: Measured) -> float:
    return run.cpu_per_request or 0.0


def items_per_second(run: Measured) -> float:
    return run.items_per_second


def add_to(parser: argparse.ArgumentParser) -> None:
    """The same load against services with different numbers of workers: items a second, processor time of a request, memory of a worker.

    All services run at once and are loaded by turns, each in a closed loop, or with --rate in an open one at equal load. How much faster
    more workers are depends on the cores there are: driver and backend need some too. Processor time of a request tells what more workers
    cost, however many cores there are. Goal: with 2 workers at most 1.1 times that with 1.
    """
    parser.add_argument(
        "--workers", type=int, nargs="+", default=[1, 2], metavar="N", help="numbers to compare, the first the yardstick (default: 1 2)"
    )
    parser.add_argument("--protocol", choices=tuple(CONNECTIONS), default="http", help="default: %(default)s")
    parser.add_argument("--items", type=int, default=200, help="spans of a request (default: %(default)s)")
    parser.add_argument("--share", type=float, default=0.05, help="share of spans with something to redact (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=0.0, metavar="R", help="offer each so many requests a second (default: as many as it bears)")
    parser.add_argument("--duration", type=float, default=8.0, metavar="S", help="seconds of a round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each (default: %(default)s)")
    parser.add_argument("--pool-mib", type=int, default=48, metavar="N", help="distinct requests before any comes again (default: %(default)s MiB)")
    parser.add_argument("--untimed", action="store_true", help="print the ratios, and do not judge them")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    rows = [Row(workers) for workers in dict.fromkeys(chosen.workers)]
    with tempfile.TemporaryDirectory(prefix="scrubjay-load-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        tell("making requests")
        write_requests(folder / "requests", KINDS["otlp"].make(chosen.items, chosen.share, chosen.pool_mib * MIB))
        backend, client = stack.enter_context(companions(folder, "load.backend", "load.drive"))
        exporters = passthrough(chosen.protocol, backend.hear()[chosen.protocol])
        services = [stack.enter_context(scrubjay(folder, exporters, name=_named(row.workers), workers=row.workers)) for row in rows]
        jobs = [_job(chosen, serving.port(chosen.protocol), folder / "requests") for serving in services]
        for serving, job in zip(services, jobs, strict=True):
            measure(client, Job(job.transport, job.port, job.file, job.inflight, seconds=1.0, timeout=TIMEOUT), "warming up", chosen.items)
            tell(f"{serving.process.name}: ready")
        for number in range(chosen.rounds):
            for row, serving, job in zip(rows, services, jobs, strict=True):
                row.runs.append(must_be_clean(measure(client, job, serving.process.name, chosen.items, serving), serving))
            said = ", ".join(f"{row.workers}: {cpu_per_request(row.runs[-1]) * 1000:.2f}" for row in rows)
            tell(f"round {number + 1} of {chosen.rounds}: CPU ms of a request by workers {said}")
        for row, serving in zip(rows, services, strict=True):
            row.footprints.extend(workers_of(serving.process))
    return _report(rows, chosen)


def _report(rows: list[Row], chosen: argparse.Namespace) -> int:
    pace = f"{chosen.rate:g} requests a second" if chosen.rate else "as fast as they are answered"
    title = f"Workers: traces over {chosen.protocol}, {chosen.items} spans a request, {chosen.share:.0%} hit, {pace}"
    show(table_of(rows, title))
    write_json(chosen.json, {"title": title, "rows": [row.as_json(rows[0]) for row in rows]})
    if chosen.plot:
        plot_percentiles({_named(row.workers): recorded(row.runs).curve() for row in rows}, title, chosen.plot)
    return int(not chosen.untimed and any(is_met(row, rows[0]) is False for row in rows))


def is_met(row: Row, reference: Row) -> bool | None:
    """None where there is no goal."""
    return row.ratio(reference, cpu_per_request) <= GOAL_CPU if (reference.workers, row.workers) == GOAL_WORKERS else None


def table_of(rows: list[Row], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in (
        "workers",
        "spans/s",
        "×",
        "CPU ms a request",
        "×",
        "goal",
        "p50 ms",
        "p99",
        "RSS MiB of a worker",
        "its peak",
        "all workers, shared once",
    ):
        table.add_column(heading, justify="right")
    for row in rows:
        spread, met = recorded(row.runs).spread(), is_met(row, rows[0])
        speed, cpu = (statistics.median(map(figure, row.runs)) for figure in (items_per_second, cpu_per_request))
        speed_ratio, cpu_ratio = (row.ratio(rows[0], figure) for figure in (items_per_second, cpu_per_request))
        goal = "" if met is None else f"≤ {GOAL_CPU:g}: " + ("met" if met else "[bold red]missed")
        held = row.footprints
        sizes = (max(each.resident for each in held), max(each.peak for each in held), sum(each.proportional for each in held))
        cells = [f"{speed:,.0f}", f"{speed_ratio:.2f}", f"{cpu * 1000:.2f}", f"{cpu_ratio:.2f}", goal]
        table.add_row(
            str(row.workers), *cells, *(f"{each * 1000:.1f}" for each in (spread.p50, spread.p99)), *(f"{size / MIB:.0f}" for size in sizes)
        )
    return table


def _named(workers: int) -> str:
    return f"{workers} worker{'s' if workers > 1 else ''}"


def _job(chosen: argparse.Namespace, port: int, file: Path) -> Job:
    """Many connections, since the kernel deals them out to the workers by chance."""
    connections = CONNECTIONS[chosen.protocol]
    inflight = connections * STREAMS[chosen.protocol]
    return Job(chosen.protocol, port, str(file), inflight, seconds=chosen.duration, timeout=TIMEOUT, connections=connections, rate=chosen.rate)
