"""``python -m load.throughput``: spans per second and per processor second through the whole service, beside the Collector.

Same traffic, same machine, by turns: a client in its own process sends traces over HTTP or gRPC to Scrubjay (one worker, passthrough,
default policy), then to an OpenTelemetry Collector whose redactionprocessor blocks what it can of the same (load/setups.py); both pass
everything on to the same backend, which costs next to nothing. Processor seconds are those of the process under test alone, all threads.
A ratio is the median, over rounds, of the ratio within each round. Requests must all be acknowledged and all arrive, or the run fails.
Requests of 200 spans are about 95 KB. At 0 % nothing is there to redact, at 5 % something in each twentieth span.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from load.corpus import MIB
from load.drive import Job, write_requests
from load.drivers.kinds import trace_requests
from load.processes import Companion, LoadError
from load.setups import FEW, PATTERNS, Serving, collector, find_collector, passthrough, scrubjay

TRANSPORTS = ("http", "grpc")
SHARES = (0.0, 0.05)
SPANS = (200, 50, 10, 1)
POOL_BYTES = 48 * MIB
GOAL, GOAL_SPANS = 3.0, 200
INFLIGHT = 8
WARM_SECONDS = 0.7


@dataclass(frozen=True, slots=True)
class Case:
    transport: str
    spans: int
    share: float

    def __str__(self) -> str:
        return f"{self.transport}, {self.spans} spans a request, {self.share:.0%} hit"


@dataclass(frozen=True, slots=True)
class Rate:
    """One round of one system: spans per second, spans per processor second, median and 99th percentile of a request's time."""

    per_second: float
    per_cpu_second: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Row:
    case: Case
    ours: list[Rate] = field(default_factory=list)
    theirs: list[Rate] = field(default_factory=list)

    def ratio(self, figure: str = "per_cpu_second") -> float | None:
        pairs = zip(self.ours, self.theirs, strict=False)
        return statistics.median(getattr(one, figure) / getattr(other, figure) for one, other in pairs) if self.theirs else None

    @property
    def met(self) -> bool | None:
        ratio = self.ratio()
        return None if ratio is None or self.case.spans != GOAL_SPANS else ratio >= GOAL


@dataclass(frozen=True, slots=True)
class Rig:
    """What a run works with: the client, the backend, and files of requests by (spans, share)."""

    client: Companion
    backend: Companion
    requests: dict[tuple[int, float], Path]
    seconds: float
    patterns: Sequence[str] = PATTERNS


def measure(rig: Rig, serving: Serving, case: Case) -> Rate:
    """One round. Raises ``LoadError`` unless all that was sent was acknowledged and arrived."""
    job = Job(case.transport, serving.port(case.transport), str(rig.requests[case.spans, case.share]), INFLIGHT, rig.seconds)
    rig.backend.ask("")
    before = serving.process.cpu_seconds()
    driven = rig.client.ask(json.dumps(asdict(job)))
    used = serving.process.cpu_seconds() - before
    arrived = rig.backend.ask("")["requests"]
    if driven["failed"] or arrived != driven["acknowledged"]:
        said = f"{driven['failed']} failed ({driven['first_failure']}), {driven['acknowledged']} acknowledged, {arrived} arrived"
        raise LoadError(f"{serving.process.name}, {case}: {said}; {serving.process.last_line()}")
    spans = driven["acknowledged"] * case.spans
    p50, p99, _ = driven["latencies"]
    return Rate(spans / driven["seconds"], spans / max(used, 0.01), p50, p99)


def check(rig: Rig, serving: Serving, transport: str) -> int:
    """Warms up, and returns how many marks redaction left in ten requests of sensitive spans; none is a ``LoadError``."""
    spans = max(spans for spans, share in rig.requests if share)
    job = Job(transport, serving.port(transport), str(rig.requests[spans, max(SHARES)]), INFLIGHT, WARM_SECONDS)
    rig.client.ask(json.dumps(asdict(job)))
    rig.backend.ask("look")
    rig.client.ask(json.dumps(asdict(job) | {"requests": 10, "seconds": 30.0}))
    marks: int = rig.backend.ask("")["marks"]
    if not marks:
        raise LoadError(f"{serving.process.name} over {transport} redacts nothing: {serving.process.last_line()}")
    return marks


def run(rig: Rig, folder: Path, cases: Sequence[Case], program: Path | None, rounds: int, ports: dict[str, int]) -> Iterator[Row]:
    for transport in dict.fromkeys(case.transport for case in cases):
        with contextlib.ExitStack() as stack:
            systems = [stack.enter_context(scrubjay(folder, passthrough(transport, ports[transport])))]
            if program is not None:
                systems.append(stack.enter_context(collector(folder, program, transport, ports[transport], rig.patterns)))
            marks = [check(rig, serving, transport) for serving in systems]
            print(f"{transport}: marks in ten requests of sensitive spans: {', '.join(map(str, marks))}", file=sys.stderr)
            for case in (case for case in cases if case.transport == transport):
                row = Row(case)
                for _ in range(rounds):
                    for serving, rates in zip(systems, (row.ours, row.theirs), strict=False):
                        rates.append(measure(rig, serving, case))
                ratio = row.ratio()
                beside = f", {ratio:.2f} × the Collector" if ratio is not None else ""
                print(f"{case}: {_median(row.ours, 'per_cpu_second'):,.0f} spans per CPU second{beside}", file=sys.stderr)
                yield row


def _median(rates: Sequence[Rate], figure: str) -> float:
    return float(statistics.median(getattr(rate, figure) for rate in rates))


def table_of(rows: Sequence[Row]) -> Table:
    table = Table(title="Spans through the whole service, one worker, beside the Collector with redactionprocessor", title_justify="left")
    headings = ("over", "spans", "hit", "spans/s", "per CPU s", "p50 ms", "Collector spans/s", "per CPU s", "p50 ms", "× per CPU s", "goal")
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "over" else "right", no_wrap=True)
    for row in rows:
        case = row.case
        cells = [case.transport, str(case.spans), f"{case.share:.0%}"]
        for rates in (row.ours, row.theirs):
            rate = [f"{_median(rates, figure):,.0f}" for figure in ("per_second", "per_cpu_second")] if rates else ["-", "-"]
            cells += [*rate, f"{_median(rates, 'p50') * 1000:.1f}" if rates else "-"]
        ratio = row.ratio()
        cells.append(f"{ratio:.2f}" if ratio is not None else "-")
        cells.append("" if row.met is None else f"≥ {GOAL:.0f}: " + ("met" if row.met else "[bold red]missed"))
        table.add_row(*cells, end_section=case.share == SHARES[-1])
    return table


def as_json(rows: Sequence[Row]) -> list[dict[str, object]]:
    return [asdict(row) | {"ratio_per_cpu_second": row.ratio(), "ratio_per_second": row.ratio("per_second"), "met": row.met} for row in rows]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m load.throughput",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"Exit code 0 if requests of {GOAL_SPANS} spans run at {GOAL:.0f} times the Collector's rate per processor second, else 1.",
    )
    parser.add_argument("--transport", choices=TRANSPORTS, action="append", help="only this one (default: both)")
    parser.add_argument("--spans", type=int, choices=SPANS, action="append", help="only requests of so many spans")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of a round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each system (default: %(default)s)")
    parser.add_argument("--pool-mib", type=int, default=POOL_BYTES // MIB, help="distinct requests before any comes again (default: %(default)s MiB)")
    parser.add_argument("--collector", type=Path, metavar="FILE", help="the Collector's program (default: built with Go, once)")
    parser.add_argument("--few", action="store_true", help=f"give the Collector only {len(FEW)} patterns of {len(PATTERNS)}")
    parser.add_argument("--alone", action="store_true", help="without the Collector; nothing is judged")
    parser.add_argument("--untimed", action="store_true", help="print the ratio, and do not judge it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every round's figures to FILE")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    cases = [Case(t, spans, share) for t in chosen.transport or TRANSPORTS for spans in chosen.spans or SPANS for share in SHARES]
    rows: list[Row] = []
    try:
        program = None if chosen.alone else find_collector(chosen.collector)
        with tempfile.TemporaryDirectory(prefix="scrubjay-load-") as name, contextlib.ExitStack() as stack:
            folder = Path(name)
            print("making requests", file=sys.stderr)
            files = {(case.spans, case.share): folder / f"{case.spans}-{case.share}.requests" for case in cases}
            for (spans, share), file in files.items():
                write_requests(file, trace_requests(spans, share, chosen.pool_mib * MIB))
            backend, client = (stack.enter_context(Companion(module, folder / "peers.log")) for module in ("load.backend", "load.drive"))
            ports = backend.hear()
            rows += run(Rig(client, backend, files, chosen.seconds, FEW if chosen.few else PATTERNS), folder, cases, program, chosen.rounds, ports)
    except LoadError as error:
        print(f"throughput: {error}", file=sys.stderr)
        return 1
    Console(width=None if sys.stdout.isatty() else 140).print(table_of(rows))
    if chosen.json:
        chosen.json.write_text(json.dumps(as_json(rows), indent=1) + "\n")
    return int(not chosen.untimed and any(row.met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
