"""When requests are due, and a thread that says so when they are.

Contract: due times are fixed before the first request leaves and never wait for an answer, which is what makes a loop open. They come evenly,
or as a Poisson process (independent users), the same for the same seed. The thread's clock is as fine as the kernel's sleep, about 0.1 ms;
an event loop's timers are whole milliseconds, as long as many a request takes.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator

_NAP = 0.2
"""Longest sleep, in seconds, before the thread looks whether it is to end."""


def due_times(rate: float, seconds: float, *, poisson: bool = False, seed: int = 1) -> Iterator[float]:
    """Offsets in seconds, ascending and below ``seconds``, ``rate`` of them a second."""
    times: Iterator[float]
    if poisson:
        draw = random.Random(seed).expovariate
        times = itertools.accumulate(draw(rate) for _ in itertools.count())
    else:
        times = (number / rate for number in itertools.count())
    return itertools.takewhile(lambda due: due < seconds, times)


class Pacer:
    """Calls ``offer(due)`` in the loop at each of ``times`` (``time.perf_counter``), then ``done()``; ended by leaving the block."""

    def __init__(self, times: Iterable[float], offer: Callable[[float], None], done: Callable[[], None]) -> None:
        self._times, self._offer, self._done = times, offer, done
        self._loop = asyncio.get_running_loop()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pacer", daemon=True)

    def __enter__(self) -> Pacer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        for due in self._times:
            while (left := due - time.perf_counter()) > 0 and not self._ended.is_set():
                time.sleep(min(left, _NAP))
            if self._ended.is_set():
                return
            self._loop.call_soon_threadsafe(self._offer, due)
        self._loop.call_soon_threadsafe(self._done)
