"""One part of ``load.chaos``: a service, the backend behind it, the clients in front; and how it is judged when the load ends.

Contract: ``finish`` waits until what was acknowledged has arrived, dead letters replayed, or gives up after ``DRAIN_SECONDS``. What is then
missing is lost. Every promise that was broken is in ``Outcome.wrong``.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load.chaos_clients import Ledger, senders
from load.chaos_service import Victim
from load.identified import RAW
from load.processes import Companion

PATIENCE = 45.0
DRAIN_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens: kills, the backend's modes with their seconds, and what clients send. ``disk`` is in MiB."""

    kills: int
    modes: tuple[tuple[str, float], ...]
    items: int
    pause: float
    disk: int
    stalled: float


@dataclass
class Outcome:
    """What one part of a run came to. ``wrong`` are the promises it broke, in words."""

    part: str
    seconds: float = 0.0
    acknowledged: int = 0
    expected: int = 0
    arrived: int = 0
    duplicates: int = 0
    lost: int = -1
    retried: int = 0
    longest_gap: float = 0.0
    kills: int = 0
    dead_letters: int = 0
    wrong: list[str] = field(default_factory=list)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Run:
    """One part: a service, its backend, its clients."""

    def __init__(self, part: str, victim: Victim, backend: Companion, folder: Path, plan: Plan) -> None:
        self.victim, self.plan = victim, plan
        self.outcome = Outcome(part)
        self._backend, self._folder = backend, folder
        self.ledger = Ledger()
        self._stop = asyncio.Event()
        self._started = time.monotonic()

    def start_clients(self, items: int, pause: float) -> list[asyncio.Task[None]]:
        started = []
        for sender in senders(items, pause):
            client = sender.connect(self.victim.http, self.victim.grpc)
            started.append(asyncio.create_task(sender.run(client, self.ledger, self._stop, PATIENCE)))
        return started

    async def mode(self, mode: str) -> None:
        say(f"{time.monotonic() - self._started:5.0f} s  backend: {mode}; {self.ledger.items} items acknowledged so far")
        await asyncio.to_thread(self._backend.ask, f"mode {mode}")

    async def missing(self) -> int:
        file = self._folder / "acknowledged"
        self.ledger.write(file)
        return int((await asyncio.to_thread(self._backend.ask, f"missing {file}"))["missing"])

    async def all_arrives(self, seconds: float) -> int:
        """Waits for what was acknowledged; returns how much is missing at the end."""
        until = time.monotonic() + seconds
        while (missing := await self.missing()) and time.monotonic() < until:
            await asyncio.sleep(1.0)
        return missing

    async def finish(self, clients: Sequence[asyncio.Task[None]]) -> Outcome:
        """Stops the load, lets the queue drain, stops the service, and judges."""
        self._stop.set()
        await asyncio.gather(*clients)
        outcome, ledger = self.outcome, self.ledger
        await self._replay()
        outcome.lost = await self.all_arrives(DRAIN_SECONDS)
        await asyncio.to_thread(self._check_service)
        report = await asyncio.to_thread(self._backend.ask, "report")
        outcome.seconds = time.monotonic() - self._started
        outcome.acknowledged, outcome.expected = ledger.items, sum(ledger.expected().values())
        outcome.arrived, outcome.duplicates = sum(report["arrived"].values()), sum(report["duplicates"].values())
        outcome.retried, outcome.longest_gap, outcome.kills = ledger.retried, ledger.longest_gap, self.victim.kills
        broken = {
            f"{outcome.lost} acknowledged items lost": outcome.lost,
            "nothing was acknowledged": not ledger.items,
            f"{len(ledger.dropped)} answers made clients drop data, the first: {(ledger.dropped or [''])[0]}": ledger.dropped,
            f"{ledger.given_up} items never acknowledged in {PATIENCE:.0f} s after the last fault": ledger.given_up,
            f"{report['raw']} requests reached the backend unredacted": report["raw"],
            f"{report['unreadable']} requests reached the backend unreadable": report["unreadable"],
        }
        outcome.wrong += [text for text, is_broken in broken.items() if is_broken]
        return outcome

    async def _replay(self) -> None:
        """Every dead letter goes back into the queue, again until there are none."""
        for _ in range(3):
            await self.all_arrives(10.0)
            letters = dead_letters(await asyncio.to_thread(self.victim.status))
            if not letters:
                return
            self.outcome.dead_letters += letters
            say(f"{letters} dead letters: replayed")
            done = await asyncio.to_thread(self.victim.queue, "replay-dead-letters")
            if done.returncode:
                self.outcome.wrong.append(f"replay-dead-letters ended with exit code {done.returncode}: {done.stderr.strip()[-200:]}")

    def _check_service(self) -> None:
        verified = self.victim.queue("verify")
        if verified.returncode:
            self.outcome.wrong.append(f"queue verify ended with exit code {verified.returncode}: {verified.stderr.strip()[-200:]}")
        code = self.victim.stop()
        if code:
            self.outcome.wrong.append(f"the service ended with exit code {code} at SIGTERM: {self.victim.process.last_line()}")
        if RAW.decode() in self.victim.log:
            self.outcome.wrong.append("something unredacted is in the service's log")


def dead_letters(status: Mapping[str, Any]) -> int:
    """How many batches ``scrubjay queue status`` says are dead letters."""
    return sum(part["batches"] for exporter in status.values() for part in exporter["dead_letters"])
