"""What an exporter is given and what it owes.

The contract of ``Exporter``:

* ``open`` is called once, before anything is exported; it raises ``ConfigError`` when the exporter can never work.
* ``export`` returns when the backend has answered (then that answer is returned as its protocol words it, whatever it says: to be
  relayed, or judged by a queue), or when the redacted bytes are durably written (then ``None``: **acknowledged**). It raises
  ``BackendError`` when neither happened, and the client is told to send again; or ``FramingError`` when this batch never can be
  exported, so that nobody tries again for ever. It may be called concurrently.
* ``is_ready`` says whether a batch could be acknowledged now.
* ``close`` is called once, after the last ``export`` has returned; what was acknowledged stays.

A batch holds redacted bytes only. None of them gets into an exception or a log line.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

OTLP_PATHS = {"traces": "/v1/traces", "metrics": "/v1/metrics", "logs": "/v1/logs"}
OTLP_METHODS = {
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "metrics": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
}
PROTOBUF = "application/x-protobuf"
JSON = "application/json"

Headers = tuple[tuple[str, str], ...]


class Batch(NamedTuple):
    """One redacted payload on its way out.

    ``payload`` is not compressed. ``as_sent`` is the body as the client sent it, compressed as it came, if redaction changed nothing;
    else ``None``; ``content_encoding`` says how it is compressed (``""``, ``gzip``, ``zstd``), which is also how the client would have
    a rewritten one sent on. ``content_type`` is ``application/x-protobuf`` for what came over gRPC. ``headers`` are those of the client's
    that go on to a backend, credentials among them; ``tenant`` is its ``X-Scope-OrgID``, or nothing.
    """

    signal: str
    codec: str
    payload: bytes
    content_type: str
    content_encoding: str
    as_sent: bytes | None
    headers: Headers = ()
    tenant: str = ""


class Answer(NamedTuple):
    """A backend's answer over HTTP."""

    status: int
    headers: Headers
    body: bytes


class GrpcAnswer(NamedTuple):
    """A backend's answer over gRPC: status code and message, the response's bytes where the code is 0 (OK), the trailing metadata.

    ``trailers`` holds only what is relayed: ``grpc-status-details-bin`` (a serialised ``google.rpc.Status``), ``retry-after`` and the like.
    """

    code: int
    message: str
    body: bytes
    trailers: tuple[tuple[str, str | bytes], ...] = ()


class Exporter(Protocol):
    """Where redacted batches go; see the contract above."""

    @property
    def id(self) -> str: ...

    async def open(self) -> None: ...

    async def export(self, batch: Batch) -> Answer | GrpcAnswer | None: ...

    async def is_ready(self) -> bool: ...

    async def close(self) -> None: ...
