"""A queue on disk in front of an exporter: acknowledged means that the redacted bytes are durable here; delivery follows.

* ``export`` returns once a commit with the batch in it has reached the disk. Batches that come while a commit is under way share the next
  one. It raises ``BackendError`` when the queue or its dead letters are full, or the disk fails: nothing was then acknowledged.
* Consumers send what waits, oldest first, each batch until it is delivered, or refused for good; then it becomes a dead letter before it
  leaves the queue. Delivery is at least once: a crash between delivery and its note on disk sends a batch again.
* A batch that fails while others are delivered makes room for them and comes again later; while nothing gets through, consumers wait.
* What another plan redacted is redacted again before it leaves.
* ``is_ready`` means that a batch could be acknowledged; a backend that is down does not change that.
* ``close`` goes on delivering for ``drain_timeout`` seconds, or until ``hurry``; what is left stays on disk.

The disk is used from one thread only. Batches just acknowledged are delivered from memory, as far as it is allowed to hold them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from typing import NamedTuple

from config.exporters import OtlpExporter
from service.delivery import database
from service.delivery.admission import Admission
from service.delivery.consumers import Consumers
from service.delivery.disk import Disk
from service.delivery.gauges import Gauges
from service.delivery.item import Item
from service.delivery.row import tenant_headers, to_row, weight
from service.delivery.storage import Storage
from service.delivery.store import Ref
from service.delivery.worker import Worker
from service.errors import BackendError, ConfigError
from service.exporters.contract import Batch, Exporter
from service.recognition.redaction import Redaction
from service.telemetry import Telemetry, described

_GROUP_BYTES = 16 << 20
"""The most one commit takes, so that the first one in it does not wait too long."""

_MEMORY_BYTES = 16 << 20
"""What waits in memory to be delivered; the rest is read from disk when its turn comes."""

_NOTE_SECONDS = 0.05
_LOOK_SECONDS = 1.0
_LOOK_AROUND_EVERY = 2
_IDLE_SECONDS = 8.0
"""After so long without a new batch, what is delivered does not stay on disk."""

_log = logging.getLogger("scrubjay")


class _Waiting(NamedTuple):
    batch: Batch
    enqueued: int
    cost: int
    weight: int
    done: asyncio.Future[None]


class QueuedExporter:
    """See the module."""

    def __init__(
        self, inner: Exporter, settings: OtlpExporter, redaction: Redaction, worker: Worker, drain_timeout: float, telemetry: Telemetry
    ) -> None:
        if settings.sending_queue is None:
            raise ConfigError(f"exporters.{inner.id}.sending_queue: its settings")
        self.id = inner.id
        self._inner = inner
        self._plan = redaction.plan
        self._drain_timeout = drain_timeout
        self._gauges = Gauges(inner.id, telemetry)
        self._disk = Disk(inner.id, settings.sending_queue, worker)
        self._admission = Admission(inner.id, self._disk)
        self._consumers = Consumers(inner, settings, redaction, self._disk, telemetry, self._on_finished)
        self._num_consumers = settings.sending_queue.num_consumers
        self._waiting: list[_Waiting] = []
        self._committing: asyncio.Task[None] | None = None
        self._last_commit = 0.0
        self._finished: list[Ref] = []
        self._noting: asyncio.Task[None] | None = None
        self._refilling: asyncio.Task[None] | None = None
        self._house: asyncio.Task[None] | None = None
        self._is_closed = True
        self._is_hurried = False

    async def open(self) -> None:
        await self._inner.open()
        try:
            await self._disk.open()
            await self._look_around(is_idle=False)
        except BaseException:
            await self._inner.close()
            raise
        self._is_closed = False
        self._consumers.start(self._num_consumers)
        self._refill()
        self._house = asyncio.create_task(self._keep_house())

    async def export(self, batch: Batch) -> None:
        if not batch.payload:
            return
        if self._is_closed:
            raise BackendError(f"{self.id}: closed")
        if self._consumers.letters_full:
            raise BackendError(f"{self.id}: the dead letters are full")
        cost = self._admission.admit(batch)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        kept = batch._replace(headers=tenant_headers(batch.tenant))
        self._waiting.append(_Waiting(kept, int(time.time() * 1000), cost, weight(batch), done))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit())
        await done

    async def _commit(self) -> None:
        """Commits group after group until nobody waits. Every waiter gets its answer, whatever happens."""
        try:
            while self._waiting:
                group = self._next_group()
                failure = await self._stored(group)
                self._admission.coming -= sum(waiting.cost for waiting in group)
                for waiting in group:
                    if waiting.done.done():  # its client has gone
                        continue
                    if failure is None:
                        waiting.done.set_result(None)
                    else:
                        waiting.done.set_exception(BackendError(failure))
        finally:
            self._committing = None

    def _next_group(self) -> list[_Waiting]:
        size = count = 0
        for waiting in self._waiting:
            size += waiting.cost
            if count and size > _GROUP_BYTES:
                break
            count += 1
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    async def _stored(self, group: list[_Waiting]) -> str | None:
        """Stores a group in one commit, with notes of what was delivered meanwhile; what went wrong, or ``None``."""
        finished, self._finished = self._finished, []
        has_room = self._consumers.memory + sum(waiting.weight for waiting in group) <= _MEMORY_BYTES
        plan_hash = self._plan.hash

        def write(storage: Storage) -> list[Ref]:
            return storage.append([to_row(waiting.batch, plan_hash, waiting.enqueued) for waiting in group], finished, has_room)

        try:
            handed_out = await self._disk.run(write)
        except Exception as error:  # fails closed: whatever it was, nothing counts as stored
            self._finished += finished
            reason = _reason(error)
            _log.error("%s: storing failed: %s", self.id, reason)
            return f"{self.id}: {reason}"
        self._last_commit = time.monotonic()
        for ref, waiting in zip(handed_out, group, strict=False):  # for all of the group, or none
            self._consumers.add(Item(ref, waiting.enqueued, plan_hash, waiting.weight, waiting.batch))
        self._refill()
        return None

    def _refill(self) -> None:
        """Reads on where there is more on disk, and memory has room."""
        if self._disk.stats.unread and self._refilling is None and self._consumers.memory < _MEMORY_BYTES // 2:
            self._refilling = asyncio.create_task(self._read_on())

    async def _read_on(self) -> None:
        room = _MEMORY_BYTES - self._consumers.memory
        try:
            for ref, row in await self._disk.run(lambda storage: storage.fetch(room)):
                self._consumers.add(Item(ref, row.enqueued, row.plan_hash, row.cost, row=row))
        except Exception as error:
            _log.error("%s: reading the queue failed: %s", self.id, described(error))
            await asyncio.sleep(_LOOK_SECONDS)
        finally:
            self._refilling = None
        self._refill()

    def _on_finished(self, ref: Ref) -> None:
        """A batch has left the queue: noted on disk with the next commit, or soon."""
        self._finished.append(ref)
        if self._noting is None:
            self._noting = asyncio.create_task(self._note_soon())
        self._refill()

    async def _note_soon(self) -> None:
        try:
            while self._finished:  # some may come while others are noted
                await asyncio.sleep(_NOTE_SECONDS)
                await self._note()
        except Exception as error:
            _log.error("%s: noting what is delivered failed: %s", self.id, described(error))
        finally:
            self._noting = None

    async def _note(self) -> None:
        finished, self._finished = self._finished, []
        if not finished:
            return
        try:
            await self._disk.run(lambda storage: storage.finish(finished))
        except BaseException:
            self._finished += finished  # twice is as good as once
            raise

    async def _keep_house(self) -> None:
        """Counts and looks around, for as long as the queue is open."""
        passed = 0
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            passed += 1
            try:
                await self._note()
                if passed % _LOOK_AROUND_EVERY == 0:
                    await self._look_around(is_idle=time.monotonic() - self._last_commit > _IDLE_SECONDS)
                else:
                    await self._disk.run(Storage.look_again)
                    await self._tell()
                self._refill()
            except Exception as error:
                _log.error("%s: looking after the queue failed: %s", self.id, described(error))

    async def _look_around(self, *, is_idle: bool) -> None:
        needed = self._consumers.room_needed
        expired = await self._disk.run(lambda storage: storage.look_around(is_idle))
        if needed and await self._disk.run(lambda storage: storage.letters.fits(needed)):
            self._consumers.room_needed = 0
        self._gauges.expired(expired)
        await self._tell()

    async def _tell(self) -> None:
        self._gauges.damage(await self._disk.run(Storage.damages))
        self._gauges.show(self._disk.stats)

    async def is_ready(self) -> bool:
        """Whether a batch could be acknowledged now."""
        if self._is_closed or self._consumers.letters_full or self._disk.stats.waiting_bytes >= self._disk.max_bytes:
            return False
        return await self._disk.run(Storage.probe)

    def hurry(self) -> None:
        """``close`` is not to wait for deliveries any longer."""
        self._is_hurried = True

    async def close(self) -> None:
        if not self._disk.is_open:
            return
        self._is_closed = True
        if self._committing is not None:
            await self._committing
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._drain_timeout):
                await self._drained()
        await self._consumers.stop()
        tasks = [task for task in (self._house, self._refilling, self._noting) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            await self._note()
            await self._disk.run(Storage.tidy)
            await self._tell()
            if self._disk.stats.waiting:
                _log.warning("%s: %d batches wait on disk for the next start", self.id, self._disk.stats.waiting)
        finally:
            await self._disk.close()
            await self._inner.close()

    async def _drained(self) -> None:
        """Returns when nothing waits any more, or when it has to be quick."""
        while True:
            await self._note()
            if self._is_hurried or not self._disk.stats.waiting:
                return
            self._refill()
            await asyncio.sleep(_NOTE_SECONDS)


def _reason(error: Exception) -> str:
    """Why storing failed. SQLite's and the system's names of errors hold nothing of the data."""
    if isinstance(error, sqlite3.Error):
        return database.name_of(error)
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else described(error)
