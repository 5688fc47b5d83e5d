"""The one thread from which a queue's files are used, seen from the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from config.exporters import SendingQueue
from service.delivery.storage import Stats, Storage
from service.delivery.worker import Worker
from service.errors import BackendError

T = TypeVar("T")


class Disk:
    """``stats`` is how things were after the last piece of work that has ended."""

    def __init__(self, exporter: str, settings: SendingQueue, worker: Worker) -> None:
        self._exporter = exporter
        self._settings = settings
        self._worker = worker
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="queue")
        self._storage: Storage | None = None
        self.stats = Stats(0, 0, 0, 0, None, 0, 0)

    async def open(self) -> None:
        """Raises ``ConfigError`` where the files can't be used."""
        self._storage = await asyncio.get_running_loop().run_in_executor(self._thread, Storage, self._exporter, self._settings, self._worker)

    @property
    def is_open(self) -> bool:
        """Whether there is something to work with."""
        return self._storage is not None

    @property
    def max_bytes(self) -> int:
        """What the queue may hold."""
        return self._storage.max_bytes if self._storage is not None else 0

    async def run(self, work: Callable[[Storage], T]) -> T:
        """Does ``work``, after all that was asked for before it. Raises what it raises."""
        storage = self._storage
        if storage is None:
            raise BackendError(f"{self._exporter}: not open")

        def worked() -> tuple[T, Stats]:
            return work(storage), storage.stats()

        result, self.stats = await asyncio.get_running_loop().run_in_executor(self._thread, worked)
        return result

    async def close(self) -> None:
        """Gives the files back."""
        if self._storage is not None:
            await self.run(Storage.close)
            self._storage = None
        self._thread.shutdown(wait=True)
