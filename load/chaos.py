"""``python -m load.chaos``: under continuous load, everything goes wrong; nothing that was acknowledged is lost.

Clients send traces, logs and metrics over HTTP and gRPC to a service with queues, retry as OTLP says, and note what is acknowledged. While
they do, the service is killed (kill -9) and started again, single workers of it too, and the backend answers 503 and 429, hangs, takes
requests without answering, is down, and refuses for good. Then dead letters are replayed. In a second part the queue's disk (a tmpfs in a
namespace of its own) runs full, the service is killed while it is, and room comes only from what is delivered.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from load.chaos_run import PATIENCE, Outcome, Plan, Run, say
from load.chaos_service import Victim, pause_until, raw_on_disk, small_disk, used_share
from load.identified import RAW
from load.processes import Companion, LoadError

_FULL_SECONDS = 90.0


FULL = Plan(
    kills=20,
    modes=(
        *(("ok", 8), ("503", 35), ("ok", 5), ("429", 35), ("ok", 5), ("hang", 35), ("ok", 5), ("mute", 15), ("ok", 5)),
        *(("down", 60), ("ok", 10), ("refuse", 35), ("ok", 10)),
    ),
    items=10,
    pause=0.15,
    disk=48,
    stalled=6.0,
)
QUICK = Plan(
    kills=3,
    modes=(("ok", 3), ("503", 10), ("429", 8), ("hang", 10), ("mute", 4), ("down", 12), ("refuse", 14), ("ok", 3)),
    items=10,
    pause=0.15,
    disk=24,
    stalled=3.0,
)


async def kill_often(run: Run, kills: int) -> None:
    """kill -9 at no particular time; every third time a worker alone first."""
    when = random.Random(7)
    for number in range(kills):
        await asyncio.sleep(when.uniform(0.2, 8.0))
        if number % 3 == 2:
            await asyncio.to_thread(run.victim.crash_worker)
            await asyncio.sleep(when.uniform(0.5, 1.5))
        await asyncio.to_thread(run.victim.crash)
        await asyncio.to_thread(run.victim.start)
        say(f"kill -9 number {run.victim.kills}; ready again")


async def faults(folder: Path, backend: Companion, ports: dict[str, int], plan: Plan, workers: int) -> Outcome:
    """The first part."""
    run = Run("kills and faults", Victim(folder, ports, workers), backend, folder, plan)
    try:
        await asyncio.to_thread(run.victim.start)
        clients = run.start_clients(plan.items, plan.pause)
        killer = asyncio.create_task(kill_often(run, plan.kills))
        for mode, seconds in plan.modes:
            await run.mode(mode)
            await asyncio.sleep(seconds)
        await killer
        outcome = await run.finish(clients)
        outcome.wrong += [f"something unredacted is in {Path(name).name}" for name in raw_on_disk((), run.victim.storage, RAW)]
        return outcome
    finally:
        run.victim.end()


async def full_disk(folder: Path, backend: Companion, ports: dict[str, int], plan: Plan, workers: int) -> Outcome:
    """The second part: the backend is down until the disk is full, acknowledging has stopped, and the service was killed and started again."""
    with small_disk(folder, plan.disk) as (within, mounted):
        victim = Victim(folder, ports, workers, within, mounted / "queue")
        run = Run("disk full", victim, backend, folder, plan)
        try:
            await asyncio.to_thread(victim.start)
            await run.mode("down")
            clients = run.start_clients(200, 0.0)
            until = time.monotonic() + _FULL_SECONDS
            while not run.ledger.items or time.monotonic() - run.ledger.last_acknowledged < plan.stalled:
                await asyncio.sleep(0.5)
                if time.monotonic() > until:
                    run.outcome.wrong.append(f"the disk was not full within {_FULL_SECONDS:.0f} s")
                    break
            say(f"disk {used_share(within, mounted):.0%} full, {run.ledger.items} items acknowledged; kill -9")
            await asyncio.to_thread(victim.crash)
            await asyncio.to_thread(start_on_full_disk, run)
            await run.mode("ok")
            acknowledged = run.ledger.items
            if not await asyncio.to_thread(pause_until, lambda: run.ledger.items > acknowledged, PATIENCE):
                run.outcome.wrong.append(f"nothing was acknowledged within {PATIENCE:.0f} s of the backend's return")
            await asyncio.sleep(plan.stalled)
            outcome = await run.finish(clients)
            outcome.wrong += [f"something unredacted is in {Path(name).name}" for name in raw_on_disk(within, mounted, RAW)]
            return outcome
        finally:
            victim.end()


def start_on_full_disk(run: Run) -> None:
    """It need not be ready to acknowledge, but it must run, to deliver what it has."""
    try:
        run.victim.start("/healthz")
    except LoadError as error:
        run.outcome.wrong.append(f"not started on a full disk: {error}")


def table_of(outcomes: Sequence[Outcome]) -> Table:
    table = Table(title="Chaos: what was acknowledged, and what arrived", title_justify="left")
    columns = ("part", "s", "kill -9", "acknowledged", "to arrive", "arrived", "duplicates", "lost", "retries", "dead letters", "longest gap s")
    for heading in columns:
        table.add_column(heading, justify="left" if heading == "part" else "right")
    for it in outcomes:
        counts = (it.kills, it.acknowledged, it.expected, it.arrived, it.duplicates, it.lost, it.retried, it.dead_letters)
        table.add_row(it.part, f"{it.seconds:.0f}", *(f"{count:,}" for count in counts), f"{it.longest_gap:.1f}")
    return table


async def run_parts(chosen: argparse.Namespace) -> list[Outcome]:
    plan = QUICK if chosen.quick else FULL
    parts = [faults] * (not chosen.only_disk) + [full_disk] * (not chosen.without_disk)
    outcomes = []
    for part in parts:
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scrubjay-chaos-", ignore_cleanup_errors=True)))
            backend = stack.enter_context(Companion("load.backend_recording", folder / "backend.log"))
            try:
                outcomes.append(await part(folder, backend, backend.hear(), plan, chosen.workers))
            finally:
                if chosen.keep_log:
                    chosen.keep_log.write_bytes(b"".join(path.read_bytes() for path in sorted(folder.glob("*.log"))))
    return outcomes


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m load.chaos",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit code 0 if everything acknowledged arrived, redacted, and no answer made a client drop data; else 1. Full: under ten minutes.",
    )
    parser.add_argument("--quick", action="store_true", help="fewer kills and shorter faults: about two minutes")
    parser.add_argument("--without-disk", action="store_true", help="leave the full disk out (it needs unshare -rm)")
    parser.add_argument("--only-disk", action="store_true", help="only the full disk")
    parser.add_argument("--workers", type=int, default=2, help="the service's worker processes (default: %(default)s)")
    parser.add_argument("--keep-log", type=Path, metavar="FILE", help="write the service's and the backend's log to FILE")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    chosen = parser.parse_args(arguments)
    try:
        outcomes = asyncio.run(run_parts(chosen))
    except LoadError as error:
        print(f"chaos: {error}", file=sys.stderr)
        return 1
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(table_of(outcomes))
    wrong = [f"{outcome.part}: {text}" for outcome in outcomes for text in outcome.wrong]
    for text in wrong:
        console.print(f"WRONG  {text}", style="bold red", markup=False, soft_wrap=True)
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(outcome) for outcome in outcomes], indent=1) + "\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
