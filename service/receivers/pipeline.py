"""From a body off the wire to its acknowledgement: decompress, redact, export, count.

Contract: ``accept`` returns when every exporter has acknowledged, with the backend's answer if there is one. It raises
``FramingError``, ``PayloadTooLargeError`` (the client's fault), ``BackendError`` or ``OverloadedError`` (send again); nothing was then
acknowledged. What goes out is what redaction returned and nothing else.

Bodies over 256 KiB are worked on in one thread beside the event loop, so that small requests need not wait for them. It is one thread
and not a pool: Hyperscan's callbacks hold the interpreter lock, and two threads are slower than one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import NamedTuple

from service.errors import BackendError, FramingError, PayloadTooLargeError, ScrubjayError
from service.exporters.contract import Answer, Batch, Exporter, Headers
from service.inflate import inflate
from service.receivers.request import Held
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan
from service.redaction.report import Redacted, Report
from service.telemetry import Telemetry, described

ON_LOOP = 256 << 10
"""Bytes: up to here redacting on the loop is quicker than going to the thread and back."""

_log = logging.getLogger("scrubjay")

Choose = Callable[[bytes], str]


class Body(NamedTuple):
    """A request's body as the client sent it, and how it is to be read: ``choose`` names the codec for the payload's head."""

    sent: bytes
    choose: Choose
    content_type: str
    content_encoding: str = ""
    headers: Headers = ()


class _Rewritten(NamedTuple):
    codec: str
    received: int
    redacted: Redacted
    unchanged: bool
    seconds: float


class Shared(NamedTuple):
    """What all pipelines of a service have in common."""

    plan: Plan
    worker: Executor
    telemetry: Telemetry


class Pipeline:
    """What one receiver hands over for one signal; see the module."""

    def __init__(self, receiver: str, signal: str, exporters: tuple[Exporter, ...], shared: Shared) -> None:
        self.receiver = receiver
        self.signal = signal
        self._exporters = exporters
        self._plan, self._worker, self._telemetry = shared

    async def accept(self, body: Body, limit: int, held: Held) -> tuple[Answer | None, Report]:
        """See the module. ``limit`` bounds the payload after decompression."""
        rewritten = await self._rewrite(body, limit)
        held.add(rewritten.received if body.content_encoding else 0)
        batch = Batch(
            signal=self.signal,
            codec=rewritten.codec,
            payload=rewritten.redacted.payload,
            content_type=body.content_type,
            content_encoding=body.content_encoding,
            as_sent=body.sent if rewritten.unchanged else None,
            headers=body.headers,
        )
        self._telemetry.redaction_seconds.observe(rewritten.seconds)
        answer: Answer | None = None
        acknowledged = False
        try:
            for exporter in self._exporters:
                answer = await self._export(exporter, batch) or answer
            acknowledged = answer is None or answer.status < 300
        finally:
            self._count(rewritten, acknowledged)
        return answer, rewritten.redacted.report

    async def _rewrite(self, body: Body, limit: int) -> _Rewritten:
        try:
            if len(body.sent) <= ON_LOOP:
                try:
                    return _rewrite(body, min(limit, ON_LOOP), self._plan)
                except PayloadTooLargeError:
                    if limit <= ON_LOOP:
                        raise
            return await asyncio.get_running_loop().run_in_executor(self._worker, _rewrite, body, limit, self._plan)
        except ScrubjayError:
            raise
        except Exception as error:  # whatever it was, its text may quote the payload, and the client must send again
            _log.error("redaction failed: %s", described(error))
            raise BackendError("redaction failed") from None

    async def _export(self, exporter: Exporter, batch: Batch) -> Answer | None:
        outcome = "failed"
        try:
            answer = await exporter.export(batch)
            status = 200 if answer is None else answer.status
            outcome = "acknowledged" if status < 300 else "refused" if status < 500 and status != 429 else "failed"
            return answer
        except FramingError:
            outcome = "refused"
            raise
        except BackendError as error:
            _log.warning("not acknowledged: %s", error)
            raise
        except Exception as error:  # as above
            _log.error("exporter %s failed: %s", exporter.id, described(error))
            raise BackendError("export failed") from None
        finally:
            self._telemetry.exports.labels(exporter.id, outcome).inc()

    def _count(self, rewritten: _Rewritten, acknowledged: bool) -> None:
        """What was not acknowledged comes again, and is counted as findings then."""
        telemetry, report = self._telemetry, rewritten.redacted.report
        telemetry.bytes.labels(self.receiver, "in").inc(rewritten.received)
        if not acknowledged:
            telemetry.records.labels(self.receiver, self.signal, "unacknowledged").inc(report.records)
            return
        telemetry.bytes.labels(self.receiver, "out").inc(len(rewritten.redacted.payload))
        outcomes = {"redacted": report.touched, "dropped": report.dropped}
        outcomes["clean"] = max(0, report.records - report.touched - report.dropped)
        for outcome, count in outcomes.items():
            telemetry.records.labels(self.receiver, self.signal, outcome).inc(count)
        for (detector, action, _place), count in report.findings.items():
            telemetry.findings.labels(detector, action, self.signal).inc(count)
        for reason, count in report.unprocessable.items():
            telemetry.unprocessable.labels(self.receiver, reason).inc(count)


def _rewrite(body: Body, limit: int, plan: Plan) -> _Rewritten:
    started = time.perf_counter()
    payload = inflate(body.sent, body.content_encoding, limit)
    codec = body.choose(payload)
    redacted = rewrite(codec, payload, plan)
    return _Rewritten(codec, len(payload), redacted, redacted.payload is payload, time.perf_counter() - started)
