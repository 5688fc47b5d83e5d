"""Sends what a queue holds: some batches at once, each until it is delivered or refused for good.

A batch that fails while others are delivered makes room for them and comes again later. While nothing gets through, consumers wait with
what they have, so that a backend that is down is not asked once for every batch there is. When a backend says how long to wait, all
consumers do. An answer that is refused for good, and a batch that is too old or fails in an unforeseen way again and again, becomes a
dead letter, before it leaves the queue; while dead letters are full it stays, and ``letters_full`` is set.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable

from config.exporters import OtlpExporter, RetryOnFailure
from service.delivery.disk import Disk
from service.delivery.gauges import Said
from service.delivery.item import Item
from service.delivery.retry import LONGEST_WAIT, Attempts
from service.delivery.row import to_row
from service.delivery.store import Ref
from service.errors import BackendError, FramingError
from service.exporters.contract import Exporter
from service.exporters.outcome import Outcome, judge
from service.recognition.redaction import Redaction
from service.telemetry import Telemetry, described

_TRIES = 2
"""After so many failures while nothing got through, another batch is tried, at the same pace."""

_MOST_PARKED = 1000
_AGAIN_SECONDS = 5.0
_UNFORESEEN = 5
_DELIVERED = Outcome("delivered", None, "", 0)

_log = logging.getLogger("scrubjay")


class Consumers:
    """See the module. ``memory`` is what the batches that wait or are under way take; ``finished`` is told what has left the queue."""

    def __init__(
        self,
        inner: Exporter,
        settings: OtlpExporter,
        redaction: Redaction,
        disk: Disk,
        telemetry: Telemetry,
        finished: Callable[[Ref], None],
    ) -> None:
        self._inner = inner
        self._retry = settings.retry_on_failure or RetryOnFailure()
        self._redaction = redaction
        self._disk = disk
        self._finished = finished
        self._rejected = telemetry.rejected_items.labels(inner.id)
        self._outcomes = {outcome: telemetry.exports.labels(inner.id, outcome) for outcome in ("delivered", "retried", "dead_letter")}
        self._said = Said(inner.id)
        self._feed: asyncio.Queue[Item] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._parked = 0
        self._delivered = 0
        self._not_before = 0.0
        self.memory = 0
        self.room_needed = 0

    @property
    def letters_full(self) -> bool:
        """Whether a batch waits for room among the dead letters."""
        return self.room_needed > 0

    def start(self, count: int) -> None:
        """Begins to deliver."""
        self._tasks = [asyncio.create_task(self._consume()) for _ in range(count)]

    async def stop(self) -> None:
        """Ends delivering; what was under way counts as not delivered."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def add(self, item: Item) -> None:
        """Another batch to deliver."""
        self.memory += item.size
        self._feed.put_nowait(item)

    async def _consume(self) -> None:
        while True:
            item = await self._feed.get()
            try:
                await self._send(item)
            except Exception as error:  # whatever it was, the batch is still in the queue
                _log.error("%s: delivering failed: %s", self._inner.id, described(error))
                self._park(item, _AGAIN_SECONDS)

    async def _send(self, item: Item) -> None:
        """Delivers a batch, buries it, or parks it for later."""
        if item.batch is None and item.row is None and not await self._load(item):
            self._leave(item)
            return
        while True:
            await self._until_asked_for()
            delivered = self._delivered
            outcome = await self._attempt(item)
            if outcome.kind == "delivered":
                self._note_delivery(item, outcome)
                return
            wait = None
            if outcome.kind == "retry":
                item.attempts = item.attempts or Attempts(self._retry)
                wait = item.attempts.failed(outcome.retry_after)
            if wait is None:
                await self._bury(item, outcome.reason)
                return
            self._outcomes["retried"].inc()
            self._said.say("retry", f"delivery fails ({_status(outcome.reason)}); it is tried again")
            if outcome.retry_after:
                self._not_before = max(self._not_before, time.monotonic() + min(outcome.retry_after, LONGEST_WAIT))
            if self._delivered != delivered and self._parked < _MOST_PARKED:
                self._park(item, wait)
                return
            await asyncio.sleep(wait)
            if item.attempts is not None and item.attempts.count >= _TRIES and self._parked < _MOST_PARKED:
                self._park(item, 0.0)  # it may be this batch, and not the backend
                return

    async def _load(self, item: Item) -> bool:
        """Reads a parked batch again; false if it is not there any more (purged)."""
        item.row = await self._disk.run(lambda storage: storage.read(item.ref))
        if item.row is None:
            return False
        self.memory += item.size
        return True

    async def _until_asked_for(self) -> None:
        while (wait := self._not_before - time.monotonic()) > 0:
            await asyncio.sleep(wait)

    async def _attempt(self, item: Item) -> Outcome:
        try:
            batch = await item.ready(self._redaction)
        except FramingError as error:
            return Outcome("refused", None, f"unreadable: {error}", 0)
        try:
            answer = await self._inner.export(batch)
            return _DELIVERED if answer is None else judge(answer)
        except BackendError as error:
            return Outcome("retry", None, str(error).removeprefix(f"{self._inner.id}: "), 0)
        except FramingError as error:
            return Outcome("refused", None, str(error), 0)
        except Exception as error:  # its text may quote the payload
            item.errors += 1
            _log.error("%s: delivering failed: %s", self._inner.id, described(error))
            return Outcome("retry" if item.errors < _UNFORESEEN else "refused", None, described(error), 0)

    def _note_delivery(self, item: Item, outcome: Outcome) -> None:
        self._delivered += 1
        self._outcomes["delivered"].inc()
        if outcome.rejected:
            self._rejected.inc(outcome.rejected)
            self._said.say("rejected", f"the backend refused {outcome.rejected} records of a batch it took")
        self._leave(item)

    def _leave(self, item: Item) -> None:
        self._forget(item)
        self._finished(item.ref)

    def _forget(self, item: Item) -> None:
        if item.batch is not None or item.row is not None:
            self.memory -= item.size
            item.park()

    def _park(self, item: Item, wait: float) -> None:
        self._forget(item)
        self._parked += 1
        asyncio.get_running_loop().call_later(wait, self._unpark, item)

    def _unpark(self, item: Item) -> None:
        self._parked -= 1
        self._feed.put_nowait(item)

    async def _bury(self, item: Item, reason: str) -> None:
        """Makes a dead letter of it, durably, before it leaves the queue."""
        if item.batch is not None:
            row = to_row(item.batch, item.plan_hash, item.enqueued)
        elif item.row is not None:
            row = item.row
        else:
            return
        row = row._replace(refused=int(time.time() * 1000), reason=reason)
        try:
            is_stored = await self._disk.run(lambda storage: storage.letters.put(row))
        except (sqlite3.Error, OSError) as error:
            _log.error("%s: storing a dead letter failed: %s", self._inner.id, described(error))
            is_stored = False
        if is_stored:
            self._outcomes["dead_letter"].inc()
            self._said.say("dead letter", f"a batch was refused for good and is a dead letter now ({_status(reason)})")
            self._leave(item)
            return
        if not self.room_needed:
            _log.error("%s: the dead letters are full; nothing more is acknowledged until there is room", self._inner.id)
        self.room_needed = max(self.room_needed, row.cost)
        self._park(item, _AGAIN_SECONDS)


def _status(reason: str) -> str:
    """What of a reason goes into the log: the backend's own words may quote what it refused."""
    return reason.partition(":")[0]
