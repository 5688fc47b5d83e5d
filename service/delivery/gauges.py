"""How a queue's state is told: gauges and counters for those who watch, log lines for those who must act."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

from service.delivery.storage import Stats
from service.delivery.store import Damage
from service.telemetry import Telemetry

_PAUSE_SECONDS = 10.0

_log = logging.getLogger("scrubjay")


class Gauges:
    """Those of one exporter. Used in the event loop's thread only."""

    def __init__(self, exporter: str, telemetry: Telemetry) -> None:
        self._exporter = exporter
        self._bytes = telemetry.queue_bytes.labels(exporter)
        self._batches = telemetry.queue_batches.labels(exporter)
        self._oldest = telemetry.queue_oldest.labels(exporter)
        self._damaged = telemetry.queue_damaged.labels(exporter)
        self._letter_bytes = telemetry.dead_letter_bytes.labels(exporter)
        self._letters = telemetry.dead_letter_batches.labels(exporter)
        self._expired = telemetry.exports.labels(exporter, "expired")

    def show(self, stats: Stats) -> None:
        """What there is now."""
        self._bytes.set(stats.waiting_bytes)
        self._batches.set(stats.waiting)
        self._oldest.set(0.0 if stats.oldest is None else max(0.0, time.time() - stats.oldest / 1000))
        self._letter_bytes.set(stats.letter_bytes)
        self._letters.set(stats.letters)

    def damage(self, damages: Iterable[Damage]) -> None:
        """What could not be read any more."""
        for damage in damages:
            _log.error("%s: %s is damaged, %s lost; all else is delivered, and the file is kept", self._exporter, damage.file, damage.what)
            self._damaged.inc(damage.rows or 1)

    def expired(self, count: int) -> None:
        """Dead letters that were too old."""
        if count:
            _log.warning("%s: %d dead letters were older than is allowed and are removed", self._exporter, count)
            self._expired.inc(count)


class Said:
    """Log lines that many batches may call for: each kind is written at once, then at most every ten seconds, with how many there were."""

    def __init__(self, exporter: str) -> None:
        self._exporter = exporter
        self._last: dict[str, float] = {}
        self._more: dict[str, int] = {}

    def say(self, kind: str, text: str) -> None:
        """Writes a line, or counts it."""
        now = time.monotonic()
        if now - self._last.get(kind, -_PAUSE_SECONDS) < _PAUSE_SECONDS:
            self._more[kind] = self._more.get(kind, 0) + 1
            return
        more = self._more.pop(kind, 0)
        self._last[kind] = now
        _log.warning("%s: %s%s", self._exporter, text, f" (and {more} more since the last such line)" if more else "")
