"""``python -m load.latency``: how long requests of 2 KB take alone, and while bodies of 60 MB stream in.

One worker, passthrough to a backend that costs next to nothing. A few clients send small requests, about a hundred a second; then they do so
again while others send the largest bodies the service takes, one after the other, over HTTP or gRPC. The bodies have something to redact in
each twentieth span. Clients, backend and service share the machine's cores; what that does is seen where the bodies go past the service,
straight to the backend.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from load.corpus import MIB
from load.drive import Job, write_requests
from load.drivers.kinds import trace_requests
from load.processes import Companion, LoadError
from load.setups import Serving, passthrough, scrubjay

SMALL_SPANS = 4
LARGE_SPANS = 126_000
LARGE_BODIES = 2
STREAMS = 2
TRANSPORTS = ("http", "grpc")
PAST = "http, past it"
BESIDE = ("nothing", PAST, *TRANSPORTS)
AT_MOST = 0.25
PAST_PAUSE = 0.8
"""Seconds between two bodies that go past the service, so that about as many are sent as it takes in a round."""


@dataclass(frozen=True, slots=True)
class Row:
    """``transport`` of the small requests, ``beside``: of the large bodies. ``bodies`` went through meanwhile. Times in seconds, per round."""

    transport: str
    beside: str
    requests: int
    failed: int
    bodies: int
    medians: tuple[float, ...]
    p99s: tuple[float, ...]

    @property
    def p99(self) -> float:
        return statistics.median(self.p99s)


@dataclass(frozen=True, slots=True)
class Rig:
    """What a run works with: the clients, the service, the backend's HTTP port, the folder of requests."""

    small: Companion
    large: Companion
    serving: Serving
    backend: int
    folder: Path
    seconds: float
    rounds: int


def measure(rig: Rig, transport: str, beside: str) -> Row:
    small, large, serving, folder, seconds = rig.small, rig.large, rig.serving, rig.folder, rig.seconds
    to, port = ("http", rig.backend) if beside == PAST else (beside, serving.port(beside))
    job = Job(transport, serving.port(transport), str(folder / "small"), inflight=4, seconds=seconds, pause=0.04, timeout=60.0)
    heard, bodies = [], 0
    for _ in range(rig.rounds):
        if beside != "nothing":
            streams = Job(
                to, port, str(folder / "large"), inflight=STREAMS, seconds=seconds, timeout=120.0, pause=PAST_PAUSE if beside == PAST else 0.0
            )
            large.tell(json.dumps(asdict(streams)))
        heard.append(small.ask(json.dumps(asdict(job))))
        if beside != "nothing":
            streamed = large.hear()
            bodies += streamed["acknowledged"]
            if streamed["failed"] > streamed["retryable"]:
                raise LoadError(f"large bodies over {beside} failed: {streamed['first_failure']}; {serving.process.last_line()}")
    requests, failed = (sum(each[name] for each in heard) for name in ("acknowledged", "failed"))
    medians, p99s = (tuple(each["latencies"][at] for each in heard) for at in (0, 1))
    return Row(transport, beside, requests, failed, bodies, medians, p99s)


def run(folder: Path, seconds: float, rounds: int) -> Iterator[Row]:
    print("making requests", file=sys.stderr)
    write_requests(folder / "small", trace_requests(SMALL_SPANS, 0.05, 4 * MIB))
    size = LARGE_BODIES * LARGE_SPANS * 480
    write_requests(folder / "large", trace_requests(LARGE_SPANS, 0.05, size))
    with contextlib.ExitStack() as stack:
        backend, small, large = (
            stack.enter_context(Companion(module, folder / "peers.log")) for module in ("load.backend", "load.drive", "load.drive")
        )
        ports = backend.hear()
        with scrubjay(folder, passthrough("http", ports["http"])) as serving:
            rig = Rig(small, large, serving, ports["http"], folder, seconds, rounds)
            for transport in TRANSPORTS:
                small.ask(json.dumps(asdict(Job(transport, serving.port(transport), str(folder / "small"), seconds=1.0))))
                for beside in BESIDE:
                    row = measure(rig, transport, beside)
                    print(f"{transport} beside {beside}: p99 {row.p99 * 1000:.1f} ms", file=sys.stderr)
                    yield row


def table_of(rows: Sequence[Row]) -> Table:
    table = Table(title="Requests of 2 KB, one worker, alone and while 60 MB bodies stream in", title_justify="left")
    for heading in ("2 KB over", "beside 60 MB over", "requests", "failed", "60 MB bodies", "p50 ms", "p99 ms", "p99 of each round"):
        table.add_column(heading, justify="left" if "over" in heading else "right", no_wrap=True)
    for row in rows:
        each = " ".join(f"{p99 * 1000:.1f}" for p99 in row.p99s)
        median = statistics.median(row.medians)
        counts = (str(row.requests), str(row.failed), str(row.bodies) if row.beside != "nothing" else "-")
        table.add_row(row.transport, row.beside, *counts, f"{median * 1000:.1f}", f"{row.p99 * 1000:.1f}", each, end_section=row.beside == BESIDE[-1])
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m load.latency",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"Exit code 0 if no small request fails and their 99th percentile stays below {AT_MOST * 1000:.0f} ms, else 1.",
    )
    parser.add_argument("--seconds", type=float, default=8.0, help="length of a round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each case (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    chosen = parser.parse_args(arguments)
    rows: list[Row] = []
    try:
        with tempfile.TemporaryDirectory(prefix="scrubjay-load-") as folder:
            rows += run(Path(folder), chosen.seconds, chosen.rounds)
    except LoadError as error:
        print(f"latency: {error}", file=sys.stderr)
        return 1
    Console(width=None if sys.stdout.isatty() else 130).print(table_of(rows))
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    return int(any(row.failed or row.p99 > AT_MOST for row in rows))


if __name__ == "__main__":
    sys.exit(main())
