"""A policy on trial: what would become of live traffic under it.

Contract: a :class:`Trial` looks at a sample of the batches that were redacted and acknowledged under the policy in force, redacts what came
in once more under the policy on trial, and adds the difference to its numbers. What goes out is never touched by it, nothing of what it
makes leaves it, and nothing of it reaches a disk; its tables are bounded and hold no value (see :mod:`service.redaction.difference`).

It never makes a request wait: one batch is looked at at a time, in a thread of the trials' own, and batches that come meanwhile are passed
over. In the long run it takes a tenth of one core at most, however much is sampled: beyond that batches are passed over, too. Those of more
than 4 MiB always are. How many were, the numbers say. People's names that only recognition (`ner`) finds are not looked for on trial.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import NamedTuple

from prometheus_client import Counter

from service.redaction.difference import Difference
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan
from service.redaction.report import Redacted
from service.telemetry import described

MAX_BYTES = 4 << 20
_SHARE = 0.1
_CREDIT_SECONDS = 2.0
_OUTCOMES = ("compared", "skipped", "too_large", "failed")

_log = logging.getLogger("scrubjay")


class Sampled(NamedTuple):
    """A batch as it came, and what the policy in force made of it."""

    codec: str
    payload: bytes
    redacted: Redacted
    tenant: str


class Trial:
    """What one pipeline's policy on trial would change. All methods are for the event loop's thread."""

    def __init__(self, live: Plan, plan: Plan, sample: float, thread: Executor, batches: Counter) -> None:
        self._plans = (live, plan)
        self._sample = sample
        self._thread = thread
        self._metric = {outcome: batches.labels(outcome) for outcome in _OUTCOMES}
        self._chance = random.Random()  # noqa: S311 - a sample, no secret
        self._credit = _CREDIT_SECONDS
        self._credited = time.monotonic()
        self._busy = False
        self._begin()

    def _begin(self) -> None:
        live, plan = self._plans
        self._since = datetime.now(UTC)
        self._batches = dict.fromkeys(_OUTCOMES, 0)
        self._difference = Difference(live, plan, ("live", "shadow"))

    def wants(self) -> bool:
        """Whether the next batch is one of the sample; only of such a one the raw payload needs to be kept until it is acknowledged."""
        return self._sample >= 1 or self._chance.random() < self._sample

    def offer(self, batch: Sampled) -> None:
        """Looks at a batch later, or passes it over."""
        now = time.monotonic()
        self._credit = min(_CREDIT_SECONDS, self._credit + _SHARE * (now - self._credited))
        self._credited = now
        if len(batch.payload) > MAX_BYTES or len(batch.redacted.payload) > MAX_BYTES:
            self._count("too_large")
        elif self._busy or self._credit <= 0:
            self._count("skipped")
        else:
            self._busy = True
            done = asyncio.get_running_loop().run_in_executor(self._thread, _compare, self._difference, self._plans[1], batch)
            done.add_done_callback(self._compared)

    def _compared(self, done: asyncio.Future[float]) -> None:
        self._busy = False
        if done.cancelled():
            return
        error = done.exception()
        if error is None:
            self._credit -= done.result()
            self._count("compared")
            return
        self._credit -= _CREDIT_SECONDS
        _log.warning("a batch could not be compared under the policy on trial: %s", described(error))
        self._count("failed")

    def _count(self, outcome: str) -> None:
        self._batches[outcome] += 1
        self._metric[outcome].inc()

    async def as_data(self) -> dict[str, object]:
        """The numbers so far; waits for the batch that is being looked at."""
        told = await asyncio.get_running_loop().run_in_executor(self._thread, self._difference.as_data)
        sampled = {"since": self._since.isoformat(timespec="seconds"), "sample": self._sample, "sampled": dict(self._batches)}
        return {**sampled, **told}

    def reset(self) -> None:
        """Starts anew. A batch that is being looked at is counted, but its difference is gone with the others."""
        self._begin()

    def warm(self) -> None:
        """Compiles what redaction under the policy on trial needs."""
        self._plans[1].warm()


def _compare(difference: Difference, plan: Plan, batch: Sampled) -> float:
    """Returns the processor seconds it took."""
    started = time.thread_time()
    shadow = rewrite(batch.codec, batch.payload, plan.for_tenant(batch.tenant))
    difference.add(batch.codec, batch.payload, batch.redacted, shadow, batch.tenant)
    return time.thread_time() - started
