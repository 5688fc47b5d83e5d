"""One run of load against one service: what was sent and came back, and what it cost the service.

Contract: the load comes from a process of its own (``load.drive``), so that its work isn't counted. Processor seconds are those of the service
and its children, all threads, from just before to just after the run. Progress goes to standard error.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from load.drive import Driven, Job
from load.drivers.percentiles import Recorder, Spread, merged
from load.processes import Companion, LoadError
from load.setups import Serving

_TELL_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Measured:
    """``items`` is how many records a request has. What a service elsewhere costs isn't known: ``cpu_seconds`` and ``peak_bytes`` are None."""

    name: str
    transport: str
    items: int
    rate: float
    driven: Driven
    cpu_seconds: float | None = None
    peak_bytes: int | None = None

    @property
    def requests_per_second(self) -> float:
        return self.driven.acknowledged / max(self.driven.seconds, 1e-9)

    @property
    def items_per_second(self) -> float:
        return self.requests_per_second * self.items

    @property
    def cpu_per_request(self) -> float | None:
        """Processor seconds."""
        return None if self.cpu_seconds is None else self.cpu_seconds / max(self.driven.acknowledged, 1)

    @property
    def items_per_cpu_second(self) -> float | None:
        """None as well where the run was too short for the kernel's clock (10 ms a tick)."""
        return self.driven.acknowledged * self.items / self.cpu_seconds if self.cpu_seconds else None

    @property
    def spread(self) -> Spread:
        return recorded([self]).spread()

    @property
    def is_clean(self) -> bool:
        return not (self.driven.failed or self.driven.unsent)

    def as_json(self) -> dict[str, Any]:
        figures = ("requests_per_second", "items_per_second", "cpu_per_request", "items_per_cpu_second")
        derived = {name: getattr(self, name) for name in figures}
        return asdict(self) | derived | {"spread": asdict(self.spread)}


def recorded(runs: Sequence[Measured]) -> Recorder:
    """The times of all of them together."""
    return merged(run.driven.histogram for run in runs)


def measure(client: Companion, job: Job, name: str, items: int, serving: Serving | None = None) -> Measured:
    before = serving.process.cpu_seconds() if serving else 0.0
    with ticking(name, job.seconds):
        driven = driven_of(client.ask(json.dumps(asdict(job))))
    used = serving.process.cpu_seconds() - before if serving else None
    peak = serving.process.peak_bytes() if serving else None
    return Measured(name, job.transport, items, job.rate, driven, used, peak)


def driven_of(heard: Mapping[str, Any]) -> Driven:
    return Driven(**{**heard, "latencies": tuple(heard["latencies"])})


def must_be_clean(run: Measured, serving: Serving) -> Measured:
    """The run, or ``LoadError``: figures of a service that fails say nothing about its speed."""
    if not run.is_clean:
        driven = run.driven
        said = f"{driven.failed} failed ({driven.first_failure}), {driven.unsent} never left, {driven.acknowledged} acknowledged"
        raise LoadError(f"{run.name} over {run.transport}: {said}; {serving.process.last_line()}")
    return run


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def ticking(what: str, seconds: float) -> Iterator[None]:
    """Says every few seconds how far a run has come."""
    ended, began = threading.Event(), time.monotonic()

    def run() -> None:
        while not ended.wait(_TELL_SECONDS):
            tell(f"  {what}: {time.monotonic() - began:.0f} of {seconds:.0f} s")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextlib.contextmanager
def companions(folder: Path, *modules: str) -> Iterator[list[Companion]]:
    """Processes of ours; what goes wrong in them is in ``folder/peers.log``."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Companion(module, folder / "peers.log")) for module in modules]
