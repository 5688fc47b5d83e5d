"""From a body off the wire to its acknowledgement: decompress, redact, export, count.

Contract: ``accept`` returns when every exporter has acknowledged, with the backend's answer if there is one. It raises
``FramingError``, ``PayloadTooLargeError`` (the client's fault), ``BackendError`` or ``OverloadedError`` (send again); nothing was then
acknowledged, though some of several exporters may have taken the batch. What goes out is what redaction returned and nothing else.

A payload that redaction fails on, twice, is refused like one that can't be read: the codecs replace a record they fail on, so what gets
out of them is a fault that the next try would meet again, and clients would send it for ever. Being out of memory passes, and is not such
a fault.

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
from service.exporters.contract import Answer, Batch, Exporter, GrpcAnswer, Headers
from service.exporters.rpc_status import OK, is_retryable
from service.inflate import opened
from service.receivers.forwarding import tenant_of
from service.receivers.request import Held
from service.receivers.shadow import Sampled, Trial
from service.recognition.pool import Recognition
from service.recognition.redaction import Redaction
from service.recognition.revision import recognise
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan
from service.redaction.report import Redacted, Report
from service.telemetry import Telemetry, described

ON_LOOP = 256 << 10
"""Bytes: up to here redacting on the loop is quicker than going to the thread and back."""

_SENT_ON_AS = {"": "", "gzip": "gzip", "zstd": "zstd", "deflate": "gzip"}
"""How a payload that came so encoded goes on; what no exporter can send is sent as gzip."""

_log = logging.getLogger("scrubjay")

Choose = Callable[[bytes], str]


class Body(NamedTuple):
    """A request's body as the client sent it, and how it is to be read: ``choose`` names the codec for the payload's head.

    ``guessed`` says that nobody but the body's first bytes tells how it is compressed; if it then isn't, it is taken as it is.
    """

    sent: bytes
    choose: Choose
    content_type: str
    content_encoding: str = ""
    headers: Headers = ()
    guessed: bool = False


class _Rewritten(NamedTuple):
    codec: str
    encoding: str
    received: int
    redacted: Redacted
    as_it_came: bool
    """Whether the body itself may go on: nothing was redacted, and it holds nothing but the payload."""
    seconds: float
    sampled: bytes | None
    """What came in, where a policy on trial is to see it."""


class Shared(NamedTuple):
    """What all pipelines of a service have in common."""

    redaction: Redaction
    worker: Executor
    telemetry: Telemetry


class Pipeline:
    """What one receiver hands over for one signal; see the module."""

    def __init__(self, receiver: str, signal: str, exporters: tuple[Exporter, ...], shared: Shared, trial: Trial | None = None) -> None:
        self._trial = trial
        self.receiver = receiver
        self.signal = signal
        self._exporters = exporters
        (self._plan, self._recognition), self._worker, self._telemetry = shared
        telemetry = self._telemetry
        self._in, self._out = (telemetry.bytes.labels(receiver, direction) for direction in ("in", "out"))
        self._records = {name: telemetry.records.labels(receiver, signal, name) for name in ("clean", "redacted", "dropped", "unacknowledged")}

    async def accept(self, body: Body, limit: int, held: Held) -> tuple[Answer | GrpcAnswer | None, Report]:
        """See the module. ``limit`` bounds the payload after decompression."""
        rewritten = await self._rewrite(body, limit, self._trial is not None and self._trial.wants())
        if not rewritten.received:  # a compression of nothing
            return None, rewritten.redacted.report
        held.add(rewritten.received if rewritten.encoding else 0)
        encoding = _SENT_ON_AS[rewritten.encoding]
        batch = Batch(
            signal=self.signal,
            codec=rewritten.codec,
            payload=rewritten.redacted.payload,
            content_type=body.content_type,
            content_encoding=encoding,
            as_sent=body.sent if rewritten.as_it_came and encoding == rewritten.encoding else None,
            headers=body.headers,
            tenant=tenant_of(body.headers),
        )
        self._telemetry.redaction_seconds.observe(rewritten.seconds)
        acknowledged = False
        try:
            answer = await self._export(batch)
            acknowledged = _is_success(answer)
        finally:
            self._count(rewritten, acknowledged)
        if self._trial is not None and rewritten.sampled is not None and acknowledged:
            self._trial.offer(Sampled(rewritten.codec, rewritten.sampled, rewritten.redacted, batch.tenant))
        return answer, rewritten.redacted.report

    async def _rewrite(self, body: Body, limit: int, sampled: bool) -> _Rewritten:
        plan = self._plan.for_tenant(tenant_of(body.headers))
        rewritten = await self._examined(body, limit, plan, sampled)
        return rewritten if self._recognition is None or not rewritten.received else await self._recognised(rewritten, plan, self._recognition)

    async def _examined(self, body: Body, limit: int, plan: Plan, sampled: bool) -> _Rewritten:
        if len(body.sent) <= ON_LOOP:
            try:
                return _rewrite(body, min(limit, ON_LOOP), plan, sampled)
            except PayloadTooLargeError:
                if limit <= ON_LOOP:
                    raise
        return await asyncio.get_running_loop().run_in_executor(self._worker, _rewrite, body, limit, plan, sampled)

    async def _recognised(self, rewritten: _Rewritten, plan: Plan, recognition: Recognition) -> _Rewritten:
        """What recognition finds in the free text goes, too; the walk through the payload is no work for the loop."""
        before, started = rewritten.redacted, time.perf_counter()
        try:
            asked = await asyncio.get_running_loop().run_in_executor(self._worker, recognise, rewritten.codec, before, plan, recognition)
            redacted = await asyncio.wrap_future(asked)
        except Exception as error:  # whatever it was, its text may quote the payload
            _log.error("recognition failed: %s", described(error))
            raise FramingError("the payload can't be processed") from None
        as_it_came = rewritten.as_it_came and redacted.payload is before.payload
        return rewritten._replace(redacted=redacted, as_it_came=as_it_came, seconds=rewritten.seconds + time.perf_counter() - started)

    async def _export(self, batch: Batch) -> Answer | GrpcAnswer | None:
        """To all exporters at once. None is interrupted because another one failed."""
        if len(self._exporters) == 1:
            return await self._export_to(self._exporters[0], batch)
        results = await asyncio.gather(*(self._export_to(exporter, batch) for exporter in self._exporters), return_exceptions=True)
        errors = [result for result in results if isinstance(result, BaseException)]
        if errors:  # one that may pass comes first: the client then sends again
            raise next((error for error in errors if not isinstance(error, FramingError)), errors[0])
        return next((result for result in results if result is not None and not isinstance(result, BaseException)), None)

    async def _export_to(self, exporter: Exporter, batch: Batch) -> Answer | GrpcAnswer | None:
        outcome = "failed"
        try:
            answer = await exporter.export(batch)
            outcome = "acknowledged" if _is_success(answer) else "failed" if answer is not None and is_retryable(answer) else "refused"
            return answer
        except FramingError:
            outcome = "refused"
            raise
        except BackendError as error:
            _log.warning("not acknowledged: %s", error)
            raise
        except Exception as error:  # its text may quote the payload
            _log.error("exporter %s failed: %s", exporter.id, described(error))
            raise BackendError("export failed") from None
        finally:
            self._telemetry.exports.labels(exporter.id, outcome).inc()

    def _count(self, rewritten: _Rewritten, acknowledged: bool) -> None:
        """What was not acknowledged comes again, and is counted as findings then."""
        telemetry, report = self._telemetry, rewritten.redacted.report
        self._in.inc(rewritten.received)
        if not acknowledged:
            self._records["unacknowledged"].inc(report.records)
            return
        self._out.inc(len(rewritten.redacted.payload))
        self._records["clean"].inc(max(0, report.records - report.touched - report.dropped))
        if report.touched or report.dropped:
            self._records["redacted"].inc(report.touched)
            self._records["dropped"].inc(report.dropped)
        for (detector, action, _place), count in report.findings.items():
            telemetry.findings.labels(detector, action, self.signal).inc(count)
        for reason, count in report.unprocessable.items():
            telemetry.unprocessable.labels(self.receiver, reason).inc(count)


def _is_success(answer: Answer | GrpcAnswer | None) -> bool:
    if answer is None:
        return True
    return answer.status // 100 == 2 if isinstance(answer, Answer) else answer.code == OK


def _rewrite(body: Body, limit: int, plan: Plan, sampled: bool) -> _Rewritten:
    started = time.perf_counter()
    encoding = body.content_encoding
    try:
        payload, plain = opened(body.sent, encoding, limit)
    except FramingError:
        if not body.guessed:
            raise
        encoding = ""
        payload, plain = opened(body.sent, encoding, limit)
    codec = body.choose(payload)
    redacted = _redact(codec, payload, plan) if payload else Redacted(payload, Report())
    as_it_came = plain and redacted.payload is payload
    return _Rewritten(codec, encoding, len(payload), redacted, as_it_came, time.perf_counter() - started, payload if sampled else None)


def _redact(codec: str, payload: bytes, plan: Plan) -> Redacted:
    for attempt in ("first", "second"):
        try:
            return rewrite(codec, payload, plan)
        except ScrubjayError:
            raise
        except MemoryError:
            raise BackendError("out of memory") from None
        except Exception as error:  # whatever it was, its text may quote the payload
            _log.error("redaction failed, %s attempt: %s", attempt, described(error))
    raise FramingError("the payload can't be processed")
