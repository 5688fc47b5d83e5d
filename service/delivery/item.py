"""One batch on its way from the queue to the backend, and how it is made fit to leave under the plan in force."""

from __future__ import annotations

import asyncio

from service.delivery.retry import Attempts
from service.delivery.row import Row, to_batch
from service.delivery.store import Ref
from service.exporters.contract import Batch
from service.recognition.redaction import Redaction
from service.recognition.revision import recognise
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan
from service.redaction.report import Redacted

_ON_LOOP = 64 << 10
"""Bytes: up to here it is quicker to do the work at once than in a thread."""


class Item:
    """What is known of a stored batch: ``row`` if it was read from disk, ``batch`` if it is ready to be sent, neither while it is parked."""

    __slots__ = ("attempts", "batch", "enqueued", "errors", "plan_hash", "ref", "row", "size")

    def __init__(self, ref: Ref, enqueued: int, plan_hash: str, size: int, batch: Batch | None = None, row: Row | None = None) -> None:
        self.ref = ref
        self.enqueued = enqueued
        self.plan_hash = plan_hash
        self.size = size
        self.batch = batch
        self.row = row
        self.attempts: Attempts | None = None
        self.errors = 0

    async def ready(self, redaction: Redaction) -> Batch:
        """The batch as it may leave: what another plan redacted is redacted again. Raises ``FramingError`` where that can't be done."""
        if self.batch is None and self.row is not None:
            if self.row.plan_hash == redaction.plan.hash and not self.row.encoding:
                self.batch = to_batch(self.row)
            else:
                self.batch = await _made_fit(self.row, redaction)
            self.row, self.plan_hash = None, redaction.plan.hash
        if self.batch is None:
            raise LookupError("parked")
        return self.batch

    def park(self) -> None:
        """Gives the memory back; the batch is read from disk when its turn comes again."""
        self.batch = self.row = None


async def _made_fit(row: Row, redaction: Redaction) -> Batch:
    plan, recognition = redaction
    batch, redacted = _again(row, plan) if len(row.payload) <= _ON_LOOP else await asyncio.to_thread(_again, row, plan)
    if redacted is None:
        return batch
    if recognition is not None:
        found = await asyncio.to_thread(recognise, row.codec, redacted, plan.for_tenant(batch.tenant), recognition)
        redacted = await asyncio.wrap_future(found)
    return batch if redacted.payload is batch.payload else batch._replace(payload=redacted.payload, as_sent=None)


def _again(row: Row, plan: Plan) -> tuple[Batch, Redacted | None]:
    """The batch as it was stored, and redacted anew where another plan had redacted it."""
    batch = to_batch(row)
    return batch, None if row.plan_hash == plan.hash else rewrite(row.codec, batch.payload, plan.for_tenant(batch.tenant))
