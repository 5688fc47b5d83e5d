"""The hostile clients' HTTP/2 carries real gRPC calls to a real server, and says how they ended."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Coroutine
from typing import Any

import grpc
import pytest

from load.clients import METHODS
from load.hostile_attacks import call, call_large

LIMIT = 1 << 20


def ends(attempt: Callable[[int], Coroutine[None, None, str]]) -> tuple[str, list[bytes]]:
    """How an attempt ended at a server that takes 1 MiB, and what the server got."""
    got: list[bytes] = []

    async def export(request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        got.append(request)
        if request.startswith(b"no"):
            await context.abort(grpc.StatusCode.UNAVAILABLE, "told so")
        return b""

    async def main() -> str:
        server = grpc.aio.server(options=(("grpc.max_receive_message_length", LIMIT),))
        service, name = METHODS["traces"].strip("/").split("/")
        handler: grpc.RpcMethodHandler[Any, Any] = grpc.unary_unary_rpc_method_handler(export)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {name: handler}),))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        try:
            return await attempt(port)
        finally:
            await server.stop(0)

    return asyncio.run(main()), got


@pytest.mark.parametrize("size", [2, 20_000, 300_000])
def test_a_message_of_any_size_arrives_whole(size: int) -> None:
    body = bytes(range(256)) * (size // 256 + 1)
    assert ends(call(body)) == ("status 0", [body])


def test_a_message_that_is_compressed_already_arrives() -> None:
    assert ends(call(gzip.compress(b"text" * 5000), "gzip")) == ("status 0", [b"text" * 5000])


def test_the_status_is_read_from_the_trailers() -> None:
    assert ends(call(b"no"))[0] == "status 14"


def test_a_message_that_is_refused_while_it_is_sent_ends_with_the_refusal() -> None:
    end, got = ends(call_large(1 << 30))
    assert end in ("status 8", "reset 0", "reset 8")
    assert got == []
