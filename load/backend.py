"""A backend that costs next to nothing: takes OTLP over HTTP and gRPC, counts, and says yes. ``python -m load.backend`` runs it.

Ports are chosen when it starts and printed as a line of JSON. Then each line of its standard input is answered with one of JSON: the
counts since the last such line. After the line ``look`` it also counts redaction's marks in what comes, which costs time, until the next.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import grpc
import uvloop

from load.clients import METHODS

_ACCEPTED = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"
_CONTENT_LENGTH = b"content-length: "
MARKS = (b"[REDACTED:", b"****")


@dataclass
class Counts:
    """What came in. ``marks`` is counted while looking."""

    requests: int = 0
    bytes: int = 0
    marks: int = 0


class Sink:
    """Both transports add to these counts."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.looking = False

    def take(self, pieces: Sequence[bytes]) -> None:
        """A request's body; the pieces are put together only to look into it, since a large one takes its time."""
        self.counts.requests += 1
        self.counts.bytes += sum(map(len, pieces))
        if self.looking:
            body = b"".join(pieces)
            self.counts.marks += sum(body.count(mark) for mark in MARKS)

    def reset(self) -> Counts:
        counted, self.counts = self.counts, Counts()
        return counted


class _Http(asyncio.Protocol):
    """As much of HTTP/1.1 as our clients speak: a Content-Length, no pipelining."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._pieces: list[bytes] = []
        self._missing = -1  # of the body; -1: the head isn't whole

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]  # a TCP connection's can be written to

    def data_received(self, data: bytes) -> None:
        if self._missing < 0:
            data = b"".join([*self._pieces, data])
            end = data.find(b"\r\n\r\n")
            self._pieces = [data]
            if end < 0:
                return
            at = data.lower().find(_CONTENT_LENGTH, 0, end)
            length = int(data[at + len(_CONTENT_LENGTH) : data.find(b"\r", at)]) if at >= 0 else 0
            data = data[end + 4 :]
            self._missing, self._pieces = length, []
        self._pieces.append(data)
        self._missing -= len(data)
        if self._missing <= 0:
            self._sink.take(self._pieces)
            self._missing, self._pieces = -1, []
            self._transport.write(_ACCEPTED)


async def serve_http(sink: Sink) -> tuple[asyncio.Server, int]:
    server = await asyncio.get_running_loop().create_server(lambda: _Http(sink), "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


async def serve_grpc(sink: Sink) -> tuple[grpc.aio.Server, int]:
    async def export(request: bytes, context: object) -> bytes:
        sink.take((request,))
        return b""

    handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(export)
    server = grpc.aio.server(options=(("grpc.max_receive_message_length", -1), ("grpc.so_reuseport", 0)))
    for method in METHODS.values():
        service, name = method.strip("/").split("/")
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {name: handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, port


async def _main() -> None:
    sink = Sink()
    http, http_port = await serve_http(sink)
    rpc, grpc_port = await serve_grpc(sink)
    print(json.dumps({"http": http_port, "grpc": grpc_port}), flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        sink.looking = line.strip() == "look"
        print(json.dumps(asdict(sink.reset())), flush=True)
    http.close()
    await rpc.stop(0)


def main() -> int:
    argparse.ArgumentParser(prog="python -m load.backend", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(_main())
    return 0


if __name__ == "__main__":
    sys.exit(main())
