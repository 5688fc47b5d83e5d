"""Takes an HTTP request's body off the wire, within bounds.

Contract: never more than the limit is held of one body, nor more than the budget of all bodies together.
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


class ClientGoneError(ScrubjayError):
    """The client went away before its request was whole; there is nobody to answer."""


class OverloadedError(ScrubjayError):
    """There is no room for another payload now, or the client is too slow (HTTP 503: clients retry)."""


class Budget:
    """How many payload bytes may be in memory at once. Used from the event loop's thread."""

    def __init__(self, limit: int, gauge: Gauge) -> None:
        self._limit = limit
        self._gauge = gauge
        self._used = 0

    def change(self, by: int) -> None:
        """Takes bytes, or gives them back."""
        if by > 0 and self._used + by > self._limit:
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
    """``"gzip"``, or nothing for an uncompressed body."""
    encoding = header(scope, b"content-encoding").lower()
    if encoding in ("", "identity"):
        return ""
    if encoding in ("gzip", "x-gzip"):  # RFC 9110, section 8.4.1.3: the same
        return "gzip"
    raise UnsupportedEncodingError("415 unsupported content encoding, supported: [gzip, identity]")


async def read_body(scope: Scope, receive: Receive, limit: int, held: Held) -> bytes:
    """The whole body as sent; more than ``limit`` bytes are refused at the first one too many."""
    announced = header(scope, b"content-length")
    if announced.isdigit() and int(announced) > limit:
        raise PayloadTooLargeError(f"request body too large, limit: {limit} bytes")
    pieces: list[bytes] = []
    size = 0
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
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
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)
