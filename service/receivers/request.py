"""Takes an HTTP request's body off the wire, within bounds.

Contract: never more than the limit is held of one body, nor more than the budget of all bodies together. A client that stalls, or sends
so slowly that it would hold on to its share for ever, is given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self

from prometheus_client import Gauge

from service.errors import PayloadTooLargeError, ScrubjayError, UnsupportedEncodingError

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

IDLE_SECONDS = 30.0
"""A client that sends nothing for so long is given up."""

SLOWEST_BYTES = 32 << 10
"""Bytes per second: a client that is slower, ``IDLE_SECONDS`` aside, is given up."""

_JOIN_ON_LOOP = 256 << 10


class ClientGoneError(ScrubjayError):
    """The client went away before its request was whole; there is nobody to answer."""


class OverloadedError(ScrubjayError):
    """There is no room for another payload now, or the client is too slow (HTTP 503: clients retry)."""


class Budget:
    """How many payload bytes may be in memory at once. Used from the event loop's thread."""

    def __init__(self, limit: int, gauge: Gauge) -> None:
        self.limit = limit
        self._gauge = gauge
        self._used = 0

    def change(self, by: int) -> None:
        """Takes bytes, or gives them back."""
        if by > 0 and self._used + by > self.limit:
            raise OverloadedError("too many requests at once")
        self._used += by
        self._gauge.set(self._used)


class Held:
    """What one request holds of the budget; ``with`` gives all of it back."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._bytes = 0

    def add(self, count: int) -> None:
        """Takes that many bytes more. Raises ``OverloadedError``."""
        self._budget.change(count)
        self._bytes += count

    def handed_over(self) -> Held:
        """What is held, in the hands of another one; this one then holds nothing."""
        other = Held(self._budget)
        other._bytes, self._bytes = self._bytes, 0
        return other

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bytes:
            self._budget.change(-self._bytes)
            self._bytes = 0


def header(scope: Scope, name: bytes) -> str:
    """The value of the first header of that (lower-case) name, or nothing."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1").strip()
    return ""


def media_type(scope: Scope) -> str:
    """The content type without its parameters (``; charset=utf-8``), in lower case."""
    return header(scope, b"content-type").partition(";")[0].strip().lower()


def content_encoding(scope: Scope) -> str:
    """``gzip``, ``zstd``, or nothing for an uncompressed body."""
    encoding = header(scope, b"content-encoding").lower()
    if encoding in ("", "identity"):
        return ""
    if encoding in ("gzip", "x-gzip"):  # RFC 9110, section 8.4.1.3: the same
        return "gzip"
    if encoding == "zstd":  # RFC 8878, section 7.2
        return "zstd"
    raise UnsupportedEncodingError("415 unsupported content encoding, supported: [gzip, zstd, identity]")


async def read_body(scope: Scope, receive: Receive, limit: int, held: Held) -> bytes:
    """The whole body as sent; more than ``limit`` bytes are refused at the first one too many."""
    announced = header(scope, b"content-length")
    if announced.isdigit() and int(announced) > limit:
        raise PayloadTooLargeError(f"request body too large, limit: {limit} bytes")
    pieces: list[bytes] = []
    size = 0
    started = asyncio.get_running_loop().time()
    while True:
        try:
            async with asyncio.timeout_at(_latest(started, size)):
                message = await receive()
        except TimeoutError:
            raise OverloadedError("the request did not arrive in time") from None
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise PayloadTooLargeError(f"request body too large, limit: {limit} bytes")
        held.add(len(piece))
        pieces.append(piece)
        if not message.get("more_body"):
            break
    if len(pieces) == 1:
        return pieces[0]
    return b"".join(pieces) if size <= _JOIN_ON_LOOP else await asyncio.to_thread(b"".join, pieces)


def _latest(started: float, size: int) -> float:
    """When the next piece must have come: soon, and before the client has been too slow over all."""
    return min(asyncio.get_running_loop().time(), started + size / SLOWEST_BYTES) + IDLE_SECONDS
