"""``compare``: the service and an OpenTelemetry Collector with redactionprocessor, at the same offered load."""

from __future__ import annotations

import argparse
import contextlib
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table

from load.corpus import MIB
from load.drive import Job, write_requests
from load.drivers.curves import plot_percentiles
from load.drivers.kinds import KINDS
from load.drivers.measuring import Measured, companions, measure, must_be_clean, recorded, tell
from load.drivers.reporting import show, write_json
from load.processes import Companion, LoadError
from load.setups import FEW, PATTERNS, Serving, collector, find_collector, passthrough, scrubjay
from load.throughput import TRANSPORTS

GOAL_P99 = 1.0
"""Ours at most so many times the Collector's."""
TIMEOUT = 10.0
CONNECTIONS = {"http": 32, "grpc": 4}
STREAMS = {"http": 1, "grpc": 8}
CAPACITY_INFLIGHT = 8
MARKS_REQUESTS = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One protocol: what the Collector bears (requests a second), the rate offered to both, and their runs, round by round."""

    transport: str
    bears: float
    rate: float
    ours: list[Measured] = field(default_factory=list)
    theirs: list[Measured] = field(default_factory=list)

    def ratio(self, figure: Callable[[Measured], float]) -> float:
        """Median over rounds of ours divided by the Collector's within a round."""
        return statistics.median(figure(one) / figure(other) for one, other in zip(self.ours, self.theirs, strict=True))

    @property
    def p99_ratio(self) -> float:
        return self.ratio(lambda run: run.spread.p99)

    @property
    def cpu_ratio(self) -> float:
        """Items per processor second, ours times the Collector's."""
        return self.ratio(lambda run: run.items_per_cpu_second or 0.0)

    @property
    def met(self) -> bool:
        return self.p99_ratio <= GOAL_P99

    def as_json(self) -> dict[str, Any]:
        runs = {name: [run.as_json() for run in getattr(self, name)] for name in ("ours", "theirs")}
        spreads = {f"{name}_together": asdict(recorded(getattr(self, name)).spread()) for name in ("ours", "theirs")}
        known = {"transport": self.transport, "collector_bears": self.bears, "rate": self.rate}
        return {**known, **runs, **spreads, "p99_ratio": self.p99_ratio, "cpu_ratio": self.cpu_ratio, "met": self.met}


@dataclass(frozen=True, slots=True)
class Rig:
    """What all rounds share."""

    client: Companion
    backend: Companion
    file: Path
    chosen: argparse.Namespace

    def job(self, serving: Serving, transport: str, **more: Any) -> Job:
        return Job(transport, serving.port(transport), str(self.file), timeout=TIMEOUT, **more)

    def run(self, serving: Serving, job: Job) -> Measured:
        """One run, all of which must be acknowledged and arrive."""
        self.backend.ask("")
        run = must_be_clean(measure(self.client, job, serving.process.name, self.chosen.items, serving), serving)
        arrived = self.backend.ask("")["requests"]
        if arrived != run.driven.acknowledged:
            raise LoadError(f"{run.name} over {run.transport}: {run.driven.acknowledged} acknowledged, {arrived} arrived")
        return run

    def must_redact(self, serving: Serving, transport: str) -> None:
        self.backend.ask("look")
        measure(self.client, self.job(serving, transport, requests=MARKS_REQUESTS), serving.process.name, self.chosen.items)
        if not self.backend.ask("")["marks"]:
            raise LoadError(f"{serving.process.name} over {transport} redacts nothing: {serving.process.last_line()}")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Scrubjay beside the OpenTelemetry Collector with redactionprocessor, at the same offered load: latency and processor time.

    First a closed loop finds what the Collector bears. Then both are offered a share of that (--load) in an open loop, by turns, with the
    same requests at the same times and the same backend behind them; ours has one worker, the Collector what Go takes of the machine.
    Ratios are medians, over rounds, of the ratio within a round. Goal: our 99th percentile no higher than the Collector's.
    What the Collector is told to redact is in load/setups.py: far less than the whole catalogue, which is kind to it.
    """
    parser.add_argument("--protocol", choices=TRANSPORTS, action="append", help="only this one (default: both)")
    parser.add_argument("--load", type=float, default=0.5, metavar="SHARE", help="of what the Collector bears (default: %(default)s)")
    parser.add_argument("--rate", type=float, metavar="R", help="offer so many requests a second instead")
    parser.add_argument("--poisson", action="store_true", help="due at random, as from independent users, instead of evenly")
    parser.add_argument("--items", type=int, default=200, help="spans of a request (default: %(default)s)")
    parser.add_argument("--share", type=float, default=0.05, help="share of spans with something to redact (default: %(default)s)")
    parser.add_argument("--duration", type=float, default=10.0, metavar="S", help="seconds of a round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each (default: %(default)s)")
    parser.add_argument("--pool-mib", type=int, default=48, metavar="N", help="distinct requests before any comes again (default: %(default)s MiB)")
    parser.add_argument("--collector", type=Path, metavar="FILE", help="the Collector's program (default: built with Go, once)")
    parser.add_argument("--few", action="store_true", help=f"give the Collector only {len(FEW)} patterns of {len(PATTERNS)}")
    parser.add_argument("--untimed", action="store_true", help="print the ratios, and do not judge them")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    program = find_collector(chosen.collector)
    with tempfile.TemporaryDirectory(prefix="scrubjay-load-") as name:
        folder = Path(name)
        tell("making requests")
        write_requests(folder / "requests", KINDS["otlp"].make(chosen.items, chosen.share, chosen.pool_mib * MIB))
        with companions(folder, "load.backend", "load.drive") as (backend, client):
            ports = backend.hear()
            rig = Rig(client, backend, folder / "requests", chosen)
            rows = [_compared(rig, folder, program, transport, ports[transport]) for transport in chosen.protocol or TRANSPORTS]
    title = f"At equal load: traces, {chosen.items} spans a request, {chosen.share:.0%} hit, {chosen.rounds} rounds of {chosen.duration:g} s by turns"
    show(_table_of(rows, title))
    write_json(chosen.json, {"title": title, "rows": [row.as_json() for row in rows]})
    if chosen.plot:
        curves = {f"{runs[0].name}, {row.transport}": recorded(runs).curve() for row in rows for runs in (row.ours, row.theirs)}
        plot_percentiles(curves, title, chosen.plot)
    return int(not chosen.untimed and not all(row.met for row in rows))


def _compared(rig: Rig, folder: Path, program: Path, transport: str, port: int) -> Row:
    chosen = rig.chosen
    with _systems(folder, program, transport, port, FEW if chosen.few else PATTERNS) as systems:
        for serving in systems:
            rig.must_redact(serving, transport)
            rig.run(serving, rig.job(serving, transport, inflight=CAPACITY_INFLIGHT, seconds=1.0))
        bears = rig.run(systems[1], rig.job(systems[1], transport, inflight=CAPACITY_INFLIGHT, seconds=chosen.duration / 2)).requests_per_second
        row = Row(transport, bears, chosen.rate or bears * chosen.load)
        tell(f"{transport}: the Collector bears {bears:,.0f} requests a second; both are offered {row.rate:,.0f}")
        connections, streams = CONNECTIONS[transport], STREAMS[transport]
        pace = {"inflight": connections * streams, "connections": connections, "rate": row.rate, "poisson": chosen.poisson}
        for number in range(chosen.rounds):
            for serving, runs in zip(systems, (row.ours, row.theirs), strict=True):
                runs.append(rig.run(serving, rig.job(serving, transport, seconds=chosen.duration, **pace)))
            said = [f"{runs[-1].spread.p99 * 1000:.1f}" for runs in (row.ours, row.theirs)]
            tell(f"{transport}, round {number + 1} of {chosen.rounds}: p99 {said[0]} ms, the Collector's {said[1]} ms")
    return row


@contextlib.contextmanager
def _systems(folder: Path, program: Path, transport: str, port: int, patterns: Sequence[str]) -> Iterator[tuple[Serving, Serving]]:
    with scrubjay(folder, passthrough(transport, port)) as ours, collector(folder, program, transport, port, patterns) as theirs:
        yield ours, theirs


def _table_of(rows: Sequence[Row], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("over", ""):
        table.add_column(heading, no_wrap=True)
    for heading in ("requests/s", "late", "p50 ms", "p90", "p99", "p99.9", "max", "CPU ms a request", "spans/CPU s", "× CPU", "× p99", "goal"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        for runs in (row.ours, row.theirs):
            spread = recorded(runs).spread()
            late = sum(run.driven.late for run in runs)
            times = (spread.p50, spread.p90, spread.p99, spread.p999, spread.longest)
            cpu, per_cpu = (statistics.median(figure(run) or 0.0 for run in runs) for figure in (_cpu_per_request, _per_cpu_second))
            cells = [f"{row.rate:,.0f}", f"{late}", *(f"{seconds * 1000:.1f}" for seconds in times), f"{cpu * 1000:.2f}", f"{per_cpu:,.0f}"]
            if runs is row.ours:
                cells += [f"{row.cpu_ratio:.2f}", f"{row.p99_ratio:.2f}", f"≤ {GOAL_P99:g}: " + ("met" if row.met else "[bold red]missed")]
            table.add_row(row.transport if runs is row.ours else "", runs[0].name, *cells, end_section=runs is row.theirs)
    return table


def _cpu_per_request(run: Measured) -> float | None:
    return run.cpu_per_request


def _per_cpu_second(run: Measured) -> float | None:
    return run.items_per_cpu_second
