"""OTLP over gRPC: the ``Export`` methods of traces, metrics and logs, bytes in and bytes out.

Contract: OK means acknowledged. Codes are those of the OTLP specification ("OTLP/gRPC Response"): what can't be read is INVALID_ARGUMENT
with a ``BadRequest``; what is too large, as received or decompressed, is RESOURCE_EXHAUSTED without a ``RetryInfo``: not to be sent again;
whatever goes wrong on our side is UNAVAILABLE with a ``RetryInfo``. No exception gets out, which grpc would make UNKNOWN, on which clients
drop data. A backend's answer is relayed, with its details. No answer quotes the payload.

A request that is whole is worked on to its end, even if its client gives up: what is written is written whole, and what it holds of the
memory budget is given back when it really is free.

grpc is kept from decompressing: it would do so with zlib and without end to the memory; and a clean body is to go on as it came. The
methods are declared to take a stream, of which one message is taken and a second one refused: only so is a message not taken in before
it is asked for. Of compressions grpc knows ``gzip`` and ``deflate``; it answers others by itself, with INTERNAL.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

import grpc

from config.schema import GrpcServer
from service.errors import BackendError, ConfigError, FramingError, PayloadTooLargeError
from service.exporters.contract import OTLP_METHODS, PROTOBUF, Answer, GrpcAnswer
from service.exporters.rpc_status import DETAILS, INVALID_ARGUMENT, OK, RESOURCE_EXHAUSTED, UNAVAILABLE, as_grpc, encode
from service.receivers.arrivals import Arrivals
from service.receivers.forwarding import Forwarding
from service.receivers.grpc_listener import GrpcListener
from service.receivers.pipeline import Body, Pipeline
from service.receivers.quiet import quieten, quieten_loop
from service.receivers.request import Budget, ClientGoneError, Held, OverloadedError
from service.telemetry import Telemetry, described

_log = logging.getLogger("scrubjay")

_RETRY_AFTER = 1.0
_LISTEN_AGAIN_SECONDS = 0.2
_GZIP = b"\x1f\x8b"
_ZLIB = frozenset((b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"))
"""How compressed messages begin (RFC 1952, section 2.3.1; RFC 1950, section 2.2). Protobuf can't begin like
gzip, and like zlib only with a field 15, of which no OTLP request knows yet: the pipeline takes such a message as it is."""

_CODES = {int(code.value[0]): code for code in grpc.StatusCode}
_GRPC_INT_MAX = (1 << 31) - 1

Context = grpc.aio.ServicerContext[bytes, bytes]
Metadata = Iterable[tuple[str, str | bytes]]


class OtlpGrpcServer:
    """One gRPC listener; see the module. ``pipelines`` and ``forwarding`` are by signal, ``limit`` bounds a request in bytes."""

    def __init__(
        self,
        settings: GrpcServer,
        pipelines: Mapping[str, Pipeline],
        forwarding: Mapping[str, Forwarding],
        limit: int,
        budget: Budget,
        telemetry: Telemetry,
    ) -> None:
        self._settings = settings
        self._limit = limit
        arrivals = Arrivals(limit, budget)
        self._methods = {signal: _Export(pipeline, forwarding[signal], limit, arrivals, budget, telemetry) for signal, pipeline in pipelines.items()}
        self._listener: GrpcListener | None = None
        self._watching: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def is_serving(self) -> bool:
        """Whether requests are taken."""
        return self._listener is not None and bool(self._listener.is_running())

    async def start(self, *, reuse_port: bool) -> int:
        """Listens and serves; the port. Raises ``ConfigError``."""
        quieten()
        quieten_loop(asyncio.get_running_loop())
        bound = await self._listen(self._settings.address.port, reuse_port)
        self._watching = asyncio.get_running_loop().create_task(self._watch(bound, reuse_port))
        return bound

    async def _listen(self, port: int, reuse_port: bool) -> int:
        host = self._settings.address.host
        options = _options(self._settings, self._limit, reuse_port)
        listener = GrpcListener(options, {OTLP_METHODS[signal]: method.serve for signal, method in self._methods.items()})
        try:
            bound = int(listener.add_insecure_port((f"[{host}]:{port}" if ":" in host else f"{host}:{port}").encode()))
        except RuntimeError:
            bound = 0
        if not bound:
            raise ConfigError(f"endpoint {host}:{port}: an address that is free to listen on")
        await listener.start()
        self._listener = listener
        return bound

    async def _watch(self, port: int, reuse_port: bool) -> None:
        """Listens again, on the same port, if a fault inside grpc has ended the server."""
        while self._listener is not None:
            try:
                await self._listener.wait_for_termination(None)
            except Exception as error:
                _log.error("gRPC: the server failed: %s", described(error))
            while not self._stopping and not self.is_serving:
                _log.error("gRPC: the server has ended; it is started again")
                await asyncio.sleep(_LISTEN_AGAIN_SECONDS)
                with contextlib.suppress(ConfigError):
                    await self._listen(port, reuse_port)
            if self._stopping:
                return

    async def stop(self, grace: float) -> None:
        """Takes no more requests, and waits ``grace`` seconds for those under way."""
        self._stopping = True
        if self._listener is None:
            return
        deadline = time.monotonic() + grace
        await self._listener.shutdown(grace)
        under_way = [task for method in self._methods.values() for task in method.under_way]
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=max(0.0, deadline - time.monotonic()))
            for task in late:
                task.cancel()


def _options(settings: GrpcServer, limit: int, reuse_port: bool) -> list[tuple[str, int]]:
    """Channel arguments; those with a comment are not what grpc does by default for a reason."""
    return [
        ("grpc.so_reuseport", int(reuse_port)),
        ("grpc.per_message_decompression", 0),  # see the module
        ("grpc.max_receive_message_length", min(limit, _GRPC_INT_MAX)),  # looked at before the message is taken in
        ("grpc.max_metadata_size", 64 << 10),  # 8 KiB are too few for some tokens
        ("grpc.absolute_max_metadata_size", 64 << 10),
        ("grpc.max_concurrent_streams", min(settings.max_concurrent_streams, _GRPC_INT_MAX)),
        ("grpc.max_connection_age_ms", round(settings.max_connection_age * 1000)),
        ("grpc.max_connection_age_grace_ms", round(settings.max_connection_age_grace * 1000)),
        ("grpc.server_handshake_timeout_ms", 10_000),  # for those who connect and say nothing
        ("grpc.keepalive_time_ms", 60_000),  # finds peers that have vanished
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", 1_000),  # a Collector pings every 10 s, which by default gets it thrown out
    ]


class _Export:
    """The method of one signal. ``under_way`` are the requests that are whole and not yet answered."""

    def __init__(self, pipeline: Pipeline, forwarding: Forwarding, limit: int, arrivals: Arrivals, budget: Budget, telemetry: Telemetry) -> None:
        self._pipeline = pipeline
        self._forwarding = forwarding
        self._limit = limit
        self._arrivals = arrivals
        self._budget = budget
        self._telemetry = telemetry
        self._seconds = telemetry.request_seconds.labels(pipeline.receiver)
        codec = f"otlp_proto:{pipeline.signal}"
        self._choose: Callable[[bytes], str] = lambda _payload: codec
        self.under_way: set[asyncio.Task[GrpcAnswer]] = set()

    async def serve(self, _messages: object, context: Context) -> bytes:
        """Answers one call."""
        started = time.perf_counter()
        with Held(self._budget) as held:
            try:
                message = await self._arrivals.read(context, held)
            except ClientGoneError:
                answer = _malformed("no message")
            except FramingError as error:
                self._refused("framing")
                answer = _malformed(str(error))
            except OverloadedError as error:
                answer = _unavailable(str(error))
            else:
                metadata = context.invocation_metadata() or ()
                answer = await asyncio.shield(self._begin(self._answer(message, metadata, held.handed_over())))
        self._seconds.observe(time.perf_counter() - started)
        if answer.code != OK:
            context.set_code(_CODES.get(answer.code, grpc.StatusCode.UNKNOWN))
            context.set_details(answer.message)
        if answer.trailers:
            context.set_trailing_metadata(answer.trailers)
        return answer.body

    def _begin(self, work: Coroutine[Any, Any, GrpcAnswer]) -> asyncio.Task[GrpcAnswer]:
        task = asyncio.get_running_loop().create_task(work)
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        return task

    async def _answer(self, message: bytes, metadata: Metadata, held: Held) -> GrpcAnswer:
        with held:
            try:
                if not message:
                    return _SUCCESS
                headers = self._forwarding.select(metadata)
                body = Body(message, self._choose, PROTOBUF, _encoding(message), headers, guessed=True)
                answer, _report = await self._pipeline.accept(body, self._limit, held)
            except FramingError as error:
                self._refused("framing")
                return _malformed(str(error))
            except PayloadTooLargeError as error:
                self._refused("too_large")
                return GrpcAnswer(RESOURCE_EXHAUSTED, str(error), b"")
            except (BackendError, OverloadedError) as error:
                return _unavailable(str(error))
            except Exception as error:  # grpc would answer UNKNOWN and log the error's text, which may quote the payload
                _log.error("request failed: %s", described(error))
                return _unavailable("internal error")
        if answer is None:
            return _SUCCESS
        return as_grpc(answer) if isinstance(answer, Answer) else answer

    def _refused(self, reason: str) -> None:
        self._telemetry.unprocessable.labels(self._pipeline.receiver, reason).inc()


_SUCCESS = GrpcAnswer(OK, "", b"")
"""An empty Export…ServiceResponse: ``partial_success`` is unset."""


def _encoding(message: bytes) -> str:
    """How the message is compressed. Its headers say so too, but grpc keeps them to itself."""
    head = message[:2]
    return "gzip" if head == _GZIP else "deflate" if head in _ZLIB else ""


def _malformed(message: str) -> GrpcAnswer:
    return GrpcAnswer(INVALID_ARGUMENT, message, b"", ((DETAILS, encode(INVALID_ARGUMENT, message, PROTOBUF, violation=True)),))


def _unavailable(message: str) -> GrpcAnswer:
    return GrpcAnswer(UNAVAILABLE, message, b"", ((DETAILS, encode(UNAVAILABLE, message, PROTOBUF, retry_after=_RETRY_AFTER)),))
