"""What hostile clients do to the service; each attack goes on for so many seconds and counts how each of its attempts ended.

An attempt's end is in a few words: an HTTP status; ``status N``, ``reset N``, ``goaway N`` of HTTP/2; ``closed``: by the service, unanswered;
``held``: still open at the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager

from load import http2
from load.bombs import pieces_of
from load.clients import METHODS
from load.http2 import Connection, message_head, request_fields

Ends = Counter[str]
Attempt = Callable[[int], Coroutine[None, None, str]]
"""Given a port, makes one attempt and says how it ended."""

TRACES = METHODS["traces"]
_HEAD = "POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {}\r\n"
_ANSWER_SECONDS = 60.0
_TOGETHER = 200


def post_head(length: int | None, encoding: str = "", content_type: str = "application/x-protobuf") -> bytes:
    """The head of a request; without a length it is chunked."""
    head = _HEAD.format(content_type) + (f"Content-Encoding: {encoding}\r\n" if encoding else "")
    return (head + (f"Content-Length: {length}\r\n\r\n" if length is not None else "Transfer-Encoding: chunked\r\n\r\n")).encode()


def post(body: bytes, encoding: str = "", content_type: str = "application/x-protobuf") -> Attempt:
    """Sends a body over HTTP."""
    return raw([post_head(len(body), encoding, content_type), body])


def post_large(size: int, *, chunked: bool) -> Attempt:
    """Sends a body of so many bytes as long as it is taken."""

    def parts() -> Iterator[bytes]:
        yield post_head(None if chunked else size)
        for piece in pieces_of(size):
            yield b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
        if chunked:
            yield b"0\r\n\r\n"

    return lambda port: raw(parts())(port)


def raw(parts: Iterable[bytes]) -> Attempt:
    """Sends parts until they are through or there is an answer."""

    async def attempt(port: int) -> str:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return "refused"
        sending = asyncio.create_task(_send_all(writer, parts))
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                line = await reader.readline()
            return line[9:12].decode() if line.startswith(b"HTTP/1.1 ") else "closed"
        except OSError:
            return "closed"
        except TimeoutError:
            return "held"
        finally:
            sending.cancel()
            writer.transport.abort()

    return attempt


async def _send_all(writer: asyncio.StreamWriter, parts: Iterable[bytes]) -> None:
    with contextlib.suppress(OSError):
        for part in parts:
            writer.write(part)
            await writer.drain()


@asynccontextmanager
async def _connected(port: int) -> AsyncIterator[Connection]:
    connection = await Connection.open(port)
    try:
        yield connection
    finally:
        await connection.close()


def call(body: bytes, encoding: str = "") -> Attempt:
    """Sends a message over gRPC, compressed already if an encoding is named."""

    async def attempt(port: int) -> str:
        with contextlib.suppress(OSError):
            async with _connected(port) as connection:
                await connection.headers(1, request_fields(TRACES, encoding or "identity"))
                await connection.data(1, message_head(len(body), compressed=bool(encoding)) + body, end=True)
                return await connection.outcome(1, _ANSWER_SECONDS)
        return "closed"

    return attempt


def call_large(size: int) -> Attempt:
    """Sends a message of so many bytes over gRPC as long as it is taken."""

    async def attempt(port: int) -> str:
        with contextlib.suppress(OSError):
            async with _connected(port) as connection:
                await connection.headers(1, request_fields(TRACES))
                await connection.data(1, message_head(size))
                for piece in pieces_of(size):
                    if not await connection.data(1, piece):
                        break
                return await connection.outcome(1, _ANSWER_SECONDS)
        return "closed"

    return attempt


async def endless_headers(port: int, size: int = 100 << 20) -> str:
    """100 MB of header fields in one request over HTTP."""
    fields = (b"X-Field-%d: %s\r\n" % (number, b"v" * 1000) for number in range(size // 1020))
    return await raw([post_head(10)[:-2], *fields])(port)


async def endless_header_line(port: int, size: int = 100 << 20) -> str:
    """The same as a single field."""
    return await raw([post_head(10)[:-2], b"X-Field: ", *[b"v" * 65536] * (size // 65536)])(port)


async def endless_metadata(port: int, size: int = 100 << 20) -> str:
    """The same over gRPC: one HEADERS frame, then CONTINUATION after CONTINUATION."""
    with contextlib.suppress(OSError):
        async with _connected(port) as connection:
            await connection.headers(1, request_fields(TRACES), flags=0)
            piece = http2.field(b"x-field", b"v" * 16000)
            for _ in range(size // len(piece)):
                if not connection.is_open:
                    break
                await connection.send(http2.CONTINUATION, 0, 1, piece)
            return await connection.outcome(1, _ANSWER_SECONDS)
    return "closed"


async def resets(port: int, seconds: float = 3.0) -> str:
    """Streams that are begun and reset at once, as fast as can be (CVE-2023-44487)."""
    block, until, stream = request_fields(TRACES), time.monotonic() + seconds, 1
    with contextlib.suppress(OSError):
        async with _connected(port) as connection:
            while time.monotonic() < until and connection.is_open:
                await connection.headers(stream, block)
                await connection.send(http2.RST_STREAM, 0, stream, (8).to_bytes(4))
                stream += 2
            return "held" if connection.is_open else await connection.outcome(0, 0.0)
    return "closed"


async def noise(port: int) -> str:
    """Bytes that are no protocol's."""
    return await raw([os.urandom(4096)])(port)


def again(attempt: Attempt, together: int) -> Callable[[int, float], Coroutine[None, None, Ends]]:
    """So many at a time, each again and again; at least once, to its end."""

    async def attack(port: int, seconds: float) -> Ends:
        ends, until = Ends(), time.monotonic() + seconds

        async def loop() -> None:
            while True:
                ends[await attempt(port)] += 1
                if time.monotonic() >= until:
                    return

        await asyncio.gather(*(loop() for _ in range(together)))
        return ends

    return attack


class _Silent(asyncio.Protocol):
    """A connection that only notes when it is closed, or answered first."""

    def __init__(self) -> None:
        self.ended = ""
        self.transport: asyncio.Transport | None = None

    def itself(self) -> _Silent:
        """The protocol's factory: the connection is counted even if it is never made."""
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # a TCP connection's is a Transport

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"HTTP/1.1 "):
            self.ended = self.ended or data[9:12].decode()

    def connection_lost(self, error: Exception | None) -> None:
        self.ended = self.ended or "closed"

    def write(self, data: bytes) -> None:
        if self.transport is not None and not self.ended:
            self.transport.write(data)


def held_open(count: int, opening: bytes, drip: bytes = b"") -> Callable[[int, float], Coroutine[None, None, Ends]]:
    """So many connections that say ``opening`` and no more, or one byte of ``drip`` a second, for as long as they may."""

    async def attack(port: int, seconds: float) -> Ends:
        loop, until = asyncio.get_running_loop(), time.monotonic() + seconds
        silent = [_Silent() for _ in range(count)]
        for at in range(0, count, _TOGETHER):
            batch = silent[at : at + _TOGETHER]
            await asyncio.gather(*(loop.create_connection(one.itself, "127.0.0.1", port) for one in batch), return_exceptions=True)
            for each in batch:
                each.write(opening)
        at = 0
        while time.monotonic() < until and any(each.transport is not None and not each.ended for each in silent):
            await asyncio.sleep(1.0)
            for each in silent if drip else ():
                each.write(drip[at % len(drip) : at % len(drip) + 1])
            at += 1
        ends = Ends("refused" if each.transport is None else each.ended or "held" for each in silent)
        for each in silent:
            if each.transport is not None:
                each.transport.abort()
        return ends

    return attack


def almost_whole(count: int, size: int, *, over_grpc: bool) -> Callable[[int, float], Coroutine[None, None, Ends]]:
    """So many bodies at once, each complete but for its last byte: what of them may be in memory together is bounded."""

    async def one(port: int, seconds: float) -> str:
        parts = (piece for number, piece in enumerate(pieces_of(size)) if number)
        until = time.monotonic() + seconds
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(seconds):
                if not over_grpc:
                    return await raw(_then_nothing(post_head(size), parts))(port)
                async with _connected(port) as connection:
                    await connection.headers(1, request_fields(TRACES))
                    await connection.data(1, message_head(size))
                    for part in parts:
                        if not await connection.data(1, part):
                            break
                    return (await connection.outcome(1, until - time.monotonic())).replace("open", "held")
        return "held" if time.monotonic() >= until else "closed"

    async def attack(port: int, seconds: float) -> Ends:
        return Ends(await asyncio.gather(*(one(port, seconds) for _ in range(count))))

    return attack


def _then_nothing(head: bytes, parts: Iterable[bytes]) -> Iterator[bytes]:
    yield head
    yield from parts
