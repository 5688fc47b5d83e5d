"""A real gRPC backend that notes what it gets and gives the answer it was told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc

STOPPED_WITHIN = 10.0


@dataclass
class Got:
    """A request as the backend got it."""

    method: str
    body: bytes
    metadata: dict[str, str | bytes]
    peer: str


@dataclass
class GrpcBackend:
    """``delay`` is what it waits before it answers. With ``keeps_compressed`` it notes messages as they are on the wire."""

    port: int = 0
    got: list[Got] = field(default_factory=list)
    code: grpc.StatusCode = grpc.StatusCode.OK
    message: str = ""
    body: bytes = b""
    trailers: tuple[tuple[str, str | bytes], ...] = ()
    delay: float = 0.0
    released: threading.Event = field(default_factory=threading.Event)

    def answer(self, method: str, body: bytes, context: Any) -> bytes:
        """Takes one call."""
        metadata = {item.key: item.value for item in context.invocation_metadata()}
        self.got.append(Got(method, body, metadata, context.peer()))
        if self.delay:
            self.released.wait(self.delay)
        context.set_trailing_metadata(self.trailers)
        context.set_code(self.code)
        context.set_details(self.message)
        return self.body


class _Handlers(grpc.GenericRpcHandler):
    def __init__(self, backend: GrpcBackend) -> None:
        self._backend = backend

    def service(self, handler_call_details: Any) -> grpc.RpcMethodHandler[bytes, bytes]:
        method = handler_call_details.method
        return grpc.unary_unary_rpc_method_handler(lambda body, context: self._backend.answer(method, body, context))


@contextmanager
def grpc_backend(
    port: int = 0, keeps_compressed: bool = False, credentials: grpc.ServerCredentials | None = None, stub: GrpcBackend | None = None
) -> Iterator[GrpcBackend]:
    """A backend on a free port, or on one it had before."""
    stub = stub or GrpcBackend()
    options = [("grpc.max_receive_message_length", -1), ("grpc.so_reuseport", 0)]
    if keeps_compressed:
        options.append(("grpc.per_message_decompression", 0))
    server = grpc.server(ThreadPoolExecutor(max_workers=16), handlers=[_Handlers(stub)], options=options)
    address = f"127.0.0.1:{port}"
    stub.port = server.add_insecure_port(address) if credentials is None else server.add_secure_port(address, credentials)
    server.start()
    try:
        yield stub
    finally:
        stub.released.set()
        server.stop(0).wait(STOPPED_WITHIN)


def until(condition: Any, seconds: float = 20.0) -> bool:
    """Whether ``condition()`` becomes true in time."""
    deadline = time.monotonic() + seconds
    while not (met := bool(condition())) and time.monotonic() < deadline:
        time.sleep(0.02)
    return met
