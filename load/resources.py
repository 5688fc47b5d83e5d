"""``python -m load.resources``: what the service takes besides its speed: how long it starts, how much memory, what each rule costs.

* **Start**: from exec to ``/readyz``, wall clock and processor time, with an empty folder of compiled databases and with a filled one.
* **Memory**: of one worker without recognition that has taken requests of 1 MB, one after another (the kernel's figures).
* **Rules**: the engine's speed on clean and hit NDJSON with 10, 100 and 1,000 patterns of the operator's own that begin with a literal, over
  that with none, and with one that begins with any digit. By turns, within one run, on one core.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from rich.table import Table

from load.bench_rows import pin_to_one_core, processor_seconds, rewrite_all
from load.corpus import MIB, Corpus, application_ndjson
from load.drivers.footprint import workers_of
from load.drivers.reporting import show, write_json
from load.plans import default_plan, plan_with
from load.processes import LoadError
from load.setups import scrubjay_of_lines
from service.redaction.plan import Plan

GOAL_RESIDENT = 150 * MIB
GOAL_THOUSAND = 0.8
COUNTS = (10, 100, 1000)
HOSTILE = r"\b\d{9}\b"
_BODY = 1_000_000
_CORPUS = 8 * MIB

Starts = dict[str, list[tuple[float, float]]]
"""Seconds of wall clock and of processor time, start by start, by kind."""


@contextmanager
def _databases_in(folder: Path) -> Iterator[None]:
    """Where services that are started meanwhile keep compiled databases."""
    before = os.environ.get("SCRUBJAY_CACHE_DIR")
    os.environ["SCRUBJAY_CACHE_DIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["SCRUBJAY_CACHE_DIR"]
        else:
            os.environ["SCRUBJAY_CACHE_DIR"] = before


def starts(folder: Path, rounds: int) -> Starts:
    """Seconds of wall clock and of processor time until ready; the first start fills the folder, the others find it filled."""
    measured: Starts = {"first": [], "later": []}
    for number in range(rounds):
        with _databases_in(folder / f"databases-{number}"):
            for kind in measured:
                began = time.perf_counter()
                with scrubjay_of_lines(folder, name=f"{kind}-{number}") as serving:
                    measured[kind].append((time.perf_counter() - began, serving.process.cpu_seconds()))
    return measured


def worker_memory(folder: Path, requests: int) -> dict[str, int]:
    """Bytes that the one worker holds after so many requests of 1 MB."""
    bodies = [payload[: payload.rindex(b"\n", 0, _BODY) + 1] for payload in application_ndjson(4 * MIB, share=0.05).payloads if len(payload) > _BODY]
    with scrubjay_of_lines(folder, name="memory") as serving:
        for number in range(requests):
            connection = HTTPConnection("127.0.0.1", serving.http, timeout=60)
            connection.request("POST", "/ingest", bodies[number % len(bodies)])
            if connection.getresponse().status >= 300:
                raise LoadError(f"the service refused a request: {serving.process.last_line()}")
            connection.close()
        (worker,) = workers_of(serving.process)
        return {"resident": worker.resident, "peak": worker.peak, "proportional": worker.proportional}


def rule_costs(rounds: int) -> dict[str, dict[str, float]]:
    """Speed over that without patterns of one's own, by what was added, at no record hit and at 5 %."""
    bare, plans = default_plan(), dict[str, Plan]()
    for count in COUNTS:
        plans[f"{count:,} that begin with a literal"] = plan_with([f"acme{number:04d}_[a-z0-9]{{16}}" for number in range(count)])
    plans[f"one {HOSTILE}"] = plan_with([HOSTILE])
    ratios: dict[str, dict[str, list[float]]] = {name: {"0%": [], "5%": []} for name in plans}
    for plan in (bare, *plans.values()):
        rewrite_all(application_ndjson(MIB, share=0.05, seed=99), plan)
    for number in range(rounds):
        for share in (0.0, 0.05):
            corpus = application_ndjson(_CORPUS, share=share, seed=100 + number)
            _seconds(corpus, bare)  # the first to read the corpus pays for that
            without = _seconds(corpus, bare)
            for name, plan in plans.items():
                ratios[name][f"{share:.0%}"].append(without / _seconds(corpus, plan))
    return {name: {share: statistics.median(each) for share, each in by_share.items()} for name, by_share in ratios.items()}


def _seconds(corpus: Corpus, plan: Plan) -> float:
    return processor_seconds(lambda: rewrite_all(corpus, plan))


def _table(start: Starts, memory: dict[str, int], rules: dict[str, dict[str, float]]) -> Table:
    table = Table(title="What the service takes", title_justify="left")
    for heading in ("what", "", "goal"):
        table.add_column(heading)
    for kind, pairs in start.items():
        wall, cpu = (statistics.median(pair[at] for pair in pairs) for at in (0, 1))
        table.add_row(f"{kind} start, exec to ready", f"{wall:.1f} s, {cpu:.1f} s of processor time", "")
    resident, peak, proportional = (memory[name] / MIB for name in ("resident", "peak", "proportional"))
    sizes = f"{resident:.0f} MiB (peak {peak:.0f}, with its share of what is shared {proportional:.0f})"
    table.add_row("worker after requests of 1 MB", sizes, f"≤ {GOAL_RESIDENT // MIB} MiB: {_met(memory['resident'] <= GOAL_RESIDENT)}")
    for name, shares in rules.items():
        told = ", ".join(f"{ratio:.2f} × the speed at {share} hit" for share, ratio in shares.items())
        judged = f"≥ {GOAL_THOUSAND:g}: {_met(min(shares.values()) >= GOAL_THOUSAND)}" if name.startswith("1,000") else ""
        table.add_row(f"patterns: {name}", told, judged)
    return table


def _met(is_met: bool) -> str:
    return "met" if is_met else "[bold red]missed"


def main(arguments: Sequence[str] | None = None) -> int:
    """0: measured, goals met or not; 3: the service can't be started."""
    parser = argparse.ArgumentParser(prog="python -m load.resources", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="starts of each kind, and rounds of rewriting (default: %(default)s)")
    parser.add_argument("--requests", type=int, default=100, help="of 1 MB, before memory is read (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    chosen = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="scrubjay-load-") as name:
            folder = Path(name)
            print("starting the service", file=sys.stderr)
            start = starts(folder, max(1, chosen.rounds // 2))
            print("sending requests of 1 MB", file=sys.stderr)
            memory = worker_memory(folder, chosen.requests)
        print("rewriting with more and more patterns", file=sys.stderr)
        pin_to_one_core()
        rules = rule_costs(chosen.rounds)
        show(_table(start, memory, rules))
        write_json(chosen.json, {"start": start, "memory": memory, "rules": rules})
    except LoadError as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
