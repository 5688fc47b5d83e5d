"""A gRPC client that sends bytes as they are and sees all of an answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import grpc
from google.rpc.status_pb2 import Status

from service.exporters.contract import OTLP_METHODS
from tests.service.exporters.grpc_backend import GrpcBackend
from tests.service.running import Running

RECEIVER = "receivers: {otlp: {protocols: {grpc: {endpoint: '127.0.0.1:0'}, http: {endpoint: '127.0.0.1:0'}}}}\n"
PIPELINES = "service: {{pipelines: {{traces: &p {{receivers: [otlp], exporters: [{0}]}}, metrics: *p, logs: *p}}}}\n"
DETAILS = "grpc-status-details-bin"
TIMEOUT = 30.0

Metadata = tuple[tuple[str, str | bytes], ...]


def with_grpc(setting: str) -> str:
    """The receiver, with one more setting of its gRPC listener."""
    return RECEIVER.replace("grpc: {endpoint: '127.0.0.1:0'", "grpc: {endpoint: '127.0.0.1:0', " + setting)


def proxy(stub: GrpcBackend, receiver: str = RECEIVER) -> str:
    """A configuration that passes on to ``stub``."""
    return f"{receiver}exporters: {{otlp_grpc: {{endpoint: 'http://127.0.0.1:{stub.port}'}}}}\n" + PIPELINES.format("otlp_grpc")


def files(folder: Path, receiver: str = RECEIVER) -> str:
    """A configuration that writes files."""
    return f"{receiver}exporters: {{file: {{path: {folder / 'out'}}}}}\n" + PIPELINES.format("file")


class Reply(NamedTuple):
    """What a client gets: the code, the response or the message, the details and the other trailers."""

    code: grpc.StatusCode
    body: bytes
    message: str
    details: Status | None
    trailers: dict[str, Any]


@contextmanager
def client(service: Running, compression: grpc.Compression | None = None) -> Iterator[Any]:
    """A channel to the service."""
    options = [("grpc.max_send_message_length", -1), ("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(service.target, options=options, compression=compression) as channel:
        yield channel


def call(channel: Any, method: str, body: bytes, metadata: Metadata = ()) -> Reply:
    """One call."""
    response: bytes = b""
    done: Any
    try:
        response, done = channel.unary_unary(method).with_call(body, metadata=metadata, timeout=TIMEOUT)
    except grpc.RpcError as error:
        done = error
    trailers = {item.key: item.value for item in done.trailing_metadata() or ()}
    details = Status.FromString(trailers[DETAILS]) if DETAILS in trailers else None
    return Reply(done.code(), response, done.details(), details, trailers)


def send(service: Running, signal: str, body: bytes, compression: grpc.Compression | None = None, metadata: Metadata = ()) -> Reply:
    """One call on a channel of its own."""
    with client(service, compression) as channel:
        return call(channel, OTLP_METHODS[signal], body, metadata)


def packed(reply: Reply, kind: Any) -> Any:
    """The detail of that type, or nothing."""
    found = kind()
    return next((found for detail in (reply.details.details if reply.details else ()) if detail.Unpack(found)), None)


def wait_until(holds: Callable[[], bool]) -> None:
    """Returns when it holds, and fails when it doesn't in time."""
    deadline = time.monotonic() + TIMEOUT
    while not holds():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)
