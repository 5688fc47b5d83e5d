"""How long to wait before a batch is sent again, and when to give it up; named and meant as in the OpenTelemetry Collector."""

from __future__ import annotations

import random
import time

from config.exporters import RetryOnFailure

LONGEST_WAIT = 3600.0
"""Seconds: a backend that asks for more (``Retry-After``) is asked again after that."""


class Attempts:
    """The failures of one batch. ``max_elapsed_time`` counts from the first attempt in this process: a restart begins anew."""

    __slots__ = ("_first", "_interval", "_settings", "count")

    def __init__(self, settings: RetryOnFailure) -> None:
        self._settings = settings
        self._first = time.monotonic()
        self._interval = settings.initial_interval
        self.count = 0

    def failed(self, asked: float | None) -> float | None:
        """Seconds until the next attempt, ``asked`` of the backend at least; ``None`` when there is to be none."""
        settings = self._settings
        self.count += 1
        if not settings.enabled:
            return None
        spread = settings.randomization_factor * self._interval
        wait = max(self._interval + random.uniform(-spread, spread), min(asked or 0.0, LONGEST_WAIT))  # noqa: S311 - spreads load, hides nothing
        self._interval = min(self._interval * settings.multiplier, settings.max_interval)
        if settings.max_elapsed_time and time.monotonic() - self._first + wait > settings.max_elapsed_time:
            return None
        return wait
