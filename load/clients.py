"""OTLP clients that cost little: a request's bytes go over one HTTP/1.1 or HTTP/2 connection as they are, and the answer is judged.

Contract: ``send`` returns the backend's ``Reply``, whatever it says; what happened to the connection instead (refused, closed, no answer
in time) is a retryable ``Reply`` with status 0 (OTLP specification, "OTLP/HTTP Connection" and "OTLP/gRPC"). One request at a time.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple, Protocol

import grpc
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

PATHS = {"traces": "/v1/traces", "logs": "/v1/logs", "metrics": "/v1/metrics"}
METHODS = {
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    "metrics": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
}
# OTLP specification, "Failures": what a client tries again. gRPC's RESOURCE_EXHAUSTED only with RetryInfo.
_RETRYABLE_HTTP = {429, 502, 503, 504}
_RETRYABLE_GRPC = {
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.OUT_OF_RANGE,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DATA_LOSS,
}
_CHANNEL = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.enable_retries", 0),
)


class Reply(NamedTuple):
    """How a request ended. ``status`` is HTTP's, or gRPC's code in the same words: 200 is OK, else 1000 and the code; 0: no answer."""

    status: int
    retryable: bool = False
    retry_after: float | None = None
    text: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class Route(NamedTuple):
    """Where requests go, besides the port. ``path`` and ``content_type`` are HTTP's, where they aren't those of OTLP in protobuf."""

    host: str = "127.0.0.1"
    path: str = ""
    content_type: str = ""


_HERE = Route()


class Client(Protocol):
    """What both transports can do: ``framed`` makes all of a request that can be made beforehand. A ``timeout`` of 0 is none."""

    def framed(self, body: bytes) -> bytes: ...

    async def send(self, body: bytes, *, timeout: float = 30.0) -> Reply: ...

    async def send_framed(self, request: bytes, *, timeout: float = 30.0) -> Reply: ...

    async def close(self) -> None: ...


class HttpClient:
    """One keep-alive connection, made when it is needed."""

    def __init__(self, port: int, signal: str = "traces", encoding: str = "", route: Route = _HERE) -> None:
        self._host, self._port = route.host, port
        content_type = route.content_type or "application/x-protobuf"
        head = f"POST {route.path or PATHS[signal]} HTTP/1.1\r\nHost: {route.host}:{port}\r\nContent-Type: {content_type}\r\n"
        self._head = (head + (f"Content-Encoding: {encoding}\r\n" if encoding else "") + "Content-Length: ").encode()
        self._connection: _Connection | None = None

    def framed(self, body: bytes) -> bytes:
        return b"%s%d\r\n\r\n%s" % (self._head, len(body), body)

    async def send(self, body: bytes, *, timeout: float = 30.0) -> Reply:
        return await self.send_framed(self.framed(body), timeout=timeout)

    async def send_framed(self, request: bytes, *, timeout: float = 30.0) -> Reply:
        try:
            if self._connection is None or self._connection.is_closed:
                _, self._connection = await asyncio.get_running_loop().create_connection(_Connection, self._host, self._port)
            answered = self._connection.send(request)
            done = await asyncio.wait_for(answered, timeout) if timeout else await answered
        except (OSError, TimeoutError) as error:
            await self.close()
            return Reply(0, retryable=True, text=type(error).__name__)
        return done

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Connection(asyncio.Protocol):
    """HTTP/1.1, answers with a Content-Length or chunked (RFC 9112, sections 6 and 7)."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self._answer: asyncio.Future[Reply] | None = None
        self.is_closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport = transport  # type: ignore[assignment]  # uvloop's is none by class, but does the same

    def connection_lost(self, error: Exception | None) -> None:
        self.is_closed = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error if isinstance(error, OSError) else ConnectionResetError())

    def send(self, request: bytes) -> asyncio.Future[Reply]:
        assert self._transport is not None
        self._got = b""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0 or self._answer is None or self._answer.done():
            return
        fields = dict(line.lower().split(b": ", 1) for line in self._got[:end].split(b"\r\n")[1:] if b": " in line)
        body = self._got[end + 4 :]
        length = fields.get(b"content-length")
        if len(body) < int(length) if length is not None else not body.endswith(b"0\r\n\r\n"):
            return
        status = int(self._got[9:12])
        if fields.get(b"connection") == b"close":
            self.is_closed = True
        after = fields.get(b"retry-after", b"")
        self._answer.set_result(Reply(status, status in _RETRYABLE_HTTP, float(after) if after.isdigit() else None, f"{status}"))

    def close(self) -> None:
        self.is_closed = True
        if self._transport is not None:
            self._transport.abort()


class GrpcClient:
    """Calls over a channel of its own; closing one leaves the others alone."""

    def __init__(
        self, port: int, signal: str = "traces", compression: grpc.Compression = grpc.Compression.NoCompression, host: str = _HERE.host
    ) -> None:
        self._channel = grpc.aio.insecure_channel(f"{host}:{port}", options=_CHANNEL, compression=compression)
        self._call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = self._channel.unary_unary(METHODS[signal])

    def framed(self, body: bytes) -> bytes:
        return body

    async def send(self, body: bytes, *, timeout: float = 30.0) -> Reply:
        return await self.send_framed(body, timeout=timeout)

    async def send_framed(self, request: bytes, *, timeout: float = 30.0) -> Reply:
        try:
            await self._call(request, timeout=timeout or None)
        except grpc.aio.AioRpcError as error:
            return _judged(error)
        return Reply(200)

    async def close(self) -> None:
        await self._channel.close()


def _judged(error: grpc.aio.AioRpcError) -> Reply:
    code = error.code()
    details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
    delay = _retry_delay(details) if isinstance(details, bytes) else None
    retryable = code in _RETRYABLE_GRPC or (code is grpc.StatusCode.RESOURCE_EXHAUSTED and delay is not None)
    return Reply(1000 + int(code.value[0]), retryable, delay, f"{code.name} {error.details()}"[:200])


def _retry_delay(details: bytes) -> float | None:
    """Seconds of a ``RetryInfo``, if the status has one."""
    try:
        status = Status.FromString(details)
    except DecodeError:
        return None
    for detail in status.details:
        info = RetryInfo()
        if detail.Unpack(info):
            return float(info.retry_delay.seconds + info.retry_delay.nanos / 1e9)
    return None


def client(transport: str, port: int, signal: str = "traces", route: Route = _HERE) -> Client:
    return HttpClient(port, signal, route=route) if transport == "http" else GrpcClient(port, signal, host=route.host)
