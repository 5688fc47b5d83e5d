"""Which of a service's worker processes this is. Each worker has its own part of a queue, and ``count`` divides what is bounded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Worker:
    """The ``index``-th of ``count`` worker processes, counted from 0."""

    index: int = 0
    count: int = 1
