"""A call hands on bytes as they are, compressed or not, and comes back with whatever status it ended with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import grpc
import pytest
from isal import igzip

from service.exporters.contract import OTLP_METHODS
from service.exporters.grpc_call import Reply, unary
from tests.service.exporters.grpc_backend import GrpcBackend, grpc_backend, until

T = TypeVar("T")

METHOD = OTLP_METHODS["traces"]
PAYLOAD = b"payload " * 1000


def calling(port: int, work: Callable[[grpc.aio.Channel], Awaitable[T]]) -> T:
    async def main() -> T:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            return await work(channel)

    return asyncio.run(main())


def call(stub: GrpcBackend, body: bytes = PAYLOAD, encoding: str = "", metadata: tuple[tuple[str, str], ...] = ()) -> Reply:
    return calling(stub.port, lambda channel: unary(channel, METHOD, body, encoding, metadata, 10.0))


def test_a_compressed_message_is_on_the_wire_as_the_very_bytes_given() -> None:
    compressed = igzip.compress(PAYLOAD, 3)
    with grpc_backend(keeps_compressed=True) as stub:
        assert call(stub, compressed, "gzip").code == 0
    assert [(got.method, got.body) for got in stub.got] == [(METHOD, compressed)]


def test_a_server_that_undoes_compression_knows_how() -> None:
    with grpc_backend() as stub:
        assert call(stub, igzip.compress(PAYLOAD, 1), "gzip", (("x-scope-orgid", "one"),)).code == 0
        assert call(stub, PAYLOAD).code == 0
        assert call(stub, b"").code == 0
    assert [got.body for got in stub.got] == [PAYLOAD, PAYLOAD, b""]
    assert stub.got[0].metadata["x-scope-orgid"] == "one"


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_a_status_comes_back_with_its_message_and_trailers(code: grpc.StatusCode) -> None:
    with grpc_backend() as stub:
        stub.code, stub.message, stub.trailers = code, "zu voll: ü", (("retry-after", "3"), ("x-bin", b"\x00\xff"))
        reply = call(stub)
    assert reply == Reply(code.value[0], "zu voll: ü", (("retry-after", "3"), ("x-bin", b"\x00\xff")), b"")


def test_a_response_comes_back() -> None:
    with grpc_backend() as stub:
        stub.body = b"\x0a\x02\x08\x01"
        assert call(stub) == Reply(0, "", (), b"\x0a\x02\x08\x01")


def test_a_call_that_is_late_ends_at_its_deadline() -> None:
    with grpc_backend() as stub:
        stub.delay = 30.0
        started = time.monotonic()
        reply = calling(stub.port, lambda channel: unary(channel, METHOD, PAYLOAD, "", (), 0.3))
        assert reply.code == grpc.StatusCode.DEADLINE_EXCEEDED.value[0]
        assert time.monotonic() - started < 20


def test_an_abandoned_call_ends_at_the_backend_too_and_leaves_the_channel_usable() -> None:
    with grpc_backend() as stub:
        stub.delay = 5.0

        async def work(channel: grpc.aio.Channel) -> Reply:
            calls = [asyncio.create_task(unary(channel, METHOD, PAYLOAD, "", (), 30.0)) for _ in range(10)]
            assert await asyncio.to_thread(until, lambda: stub.got)
            for one in calls:
                one.cancel()
            ended = await asyncio.gather(*calls, return_exceptions=True)
            assert all(isinstance(one, asyncio.CancelledError) for one in ended)
            stub.released.set()
            return await unary(channel, METHOD, PAYLOAD, "", (), 30.0)

        assert calling(stub.port, work).code == 0
