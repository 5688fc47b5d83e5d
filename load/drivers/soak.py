"""``soak``: a steady load for a long time, and what the service's processes hold while it lasts."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from load import plots
from load.corpus import MIB
from load.drive import Job, write_requests
from load.drivers.footprint import footprints
from load.drivers.kinds import KINDS
from load.drivers.measuring import Measured, companions, measure, tell
from load.drivers.reporting import show, write_json
from load.processes import Process
from load.setups import passthrough, scrubjay

_SETTLED = 0.25
"""Part of the run after which growth counts: caches fill before."""

_SLICES = 20


@dataclass(frozen=True, slots=True)
class Sample:
    """The service at one moment, all its processes together; of ``resident`` memory (bytes) what they share is counted once."""

    seconds: float
    resident: int
    files: int
    threads: int


def add_to(parser: argparse.ArgumentParser) -> None:
    """A steady open loop for so many minutes: memory, open files and threads over time, and how they grow once caches are full.

    The requests are sent in twenty runs, one right behind the other; the service is looked at between them.
    """
    parser.add_argument("--minutes", type=float, default=10.0, metavar="M", help="default: %(default)s")
    parser.add_argument("--rate", type=float, default=50.0, metavar="R", help="requests a second (default: %(default)s)")
    parser.add_argument("--protocol", choices=("http", "grpc"), default="http", help="default: %(default)s")
    parser.add_argument("--items", type=int, default=200, help="spans of a request (default: %(default)s)")
    parser.add_argument("--share", type=float, default=0.05, help="share of spans with something to redact (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--pool-mib", type=int, default=64, metavar="N", help="distinct requests before any comes again (default: %(default)s MiB)")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    runs: list[Measured] = []
    with tempfile.TemporaryDirectory(prefix="scrubjay-load-") as name:
        folder = Path(name)
        tell("making requests")
        write_requests(folder / "requests", KINDS["otlp"].make(chosen.items, chosen.share, chosen.pool_mib * MIB))
        with companions(folder, "load.backend", "load.drive") as (backend, client):
            exporters = passthrough(chosen.protocol, backend.hear()[chosen.protocol])
            with scrubjay(folder, exporters, workers=chosen.workers) as serving:
                seconds = chosen.minutes * 60 / _SLICES
                job = Job(
                    chosen.protocol,
                    serving.port(chosen.protocol),
                    str(folder / "requests"),
                    inflight=32,
                    seconds=seconds,
                    timeout=30.0,
                    rate=chosen.rate,
                )
                began = time.monotonic()
                samples = [sample(serving.process, 0.0)]
                for number in range(_SLICES):
                    runs.append(measure(client, job, f"part {number + 1} of {_SLICES}", chosen.items, serving))
                    samples.append(sample(serving.process, time.monotonic() - began))
                    last, failed = samples[-1], runs[-1].driven.failed
                    tell(f"{last.seconds:.0f} s: {last.resident / MIB:.0f} MiB, {last.files} files, {failed} failed")
    title = f"Soak: {chosen.rate:g} requests a second of {chosen.items} spans over {chosen.protocol}, {chosen.minutes:g} min"
    show(table_of(samples, runs, title))
    write_json(chosen.json, {"title": title, "samples": [asdict(each) for each in samples], "runs": [each.as_json() for each in runs]})
    if chosen.plot:
        points = tuple(each.seconds / 60 for each in samples), tuple(each.resident / MIB for each in samples)
        plots.draw(chosen.plot, plots.Curves(title, "minutes", "MiB", (plots.Curve("memory of the service", *points),)))
    return int(not all(each.is_clean for each in runs))


def sample(process: Process, seconds: float) -> Sample:
    held = footprints(process)
    return Sample(seconds, sum(each.proportional for each in held), sum(each.files for each in held), sum(each.threads for each in held))


def growth(samples: Sequence[Sample]) -> float:
    """Bytes an hour once it has settled: the slope of a straight line through the samples (least squares)."""
    settled = [each for each in samples if each.seconds >= _SETTLED * samples[-1].seconds]
    return statistics.linear_regression([each.seconds for each in settled], [each.resident for each in settled]).slope * 3600


def table_of(samples: Sequence[Sample], runs: Sequence[Measured], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("seconds", "MiB, shared once", "open files", "threads", "answered", "failed", "p50 ms", "p99"):
        table.add_column(heading, justify="right")
    for held, one in zip(samples[1:], runs, strict=True):
        counts = (f"{one.driven.acknowledged:,}", f"{one.driven.failed + one.driven.unsent:,}")
        times = (f"{one.spread.p50 * 1000:.1f}", f"{one.spread.p99 * 1000:.1f}")
        table.add_row(f"{held.seconds:.0f}", f"{held.resident / MIB:.1f}", str(held.files), str(held.threads), *counts, *times)
    table.caption = f"memory grows by {growth(samples) / MIB:+.1f} MiB an hour after the first quarter"
    return table
