"""Whether a queue has room for another batch, and what a client is told if it hasn't.

``max_bytes`` bounds what waits, each batch with what it takes on disk. What is delivered takes room too until its file is deleted: with
it, the bound may be exceeded by a quarter, as long as something waits.
"""

from __future__ import annotations

import logging

from service.delivery.disk import Disk
from service.delivery.row import MAX_PAYLOAD, cost_of, stored_size
from service.errors import BackendError, FramingError
from service.exporters.contract import Batch

_ROOM_AGAIN = 0.9
"""A queue that was full is said to be full again only after it was that far from it."""

_log = logging.getLogger("scrubjay")


class Admission:
    """See the module. ``coming`` are the bytes of batches that are admitted and not stored yet."""

    def __init__(self, exporter: str, disk: Disk) -> None:
        self._exporter = exporter
        self._disk = disk
        self._was_full = False
        self.coming = 0

    def admit(self, batch: Batch) -> int:
        """What the batch takes on disk, which is then in ``coming``. Raises ``BackendError``, or ``FramingError`` if there never is room."""
        size = stored_size(batch)
        cost, limit, stats = cost_of(size), self._disk.max_bytes, self._disk.stats
        if cost > limit or size > MAX_PAYLOAD:
            raise FramingError(f"larger than the whole queue of {self._exporter}")
        used = stats.waiting_bytes + self.coming
        is_full = used + cost > limit or (stats.waiting > 0 and stats.disk_bytes + self.coming + cost > limit + limit // 4)
        if is_full:
            if not self._was_full:
                _log.warning("%s: the queue is full, %d bytes wait; clients are told to send again", self._exporter, stats.waiting_bytes)
            self._was_full = True
            raise BackendError(f"{self._exporter}: the queue is full")
        if used < limit * _ROOM_AGAIN:
            self._was_full = False
        self.coming += cost
        return cost
