"""A request takes no more memory than it may, whatever it claims or unpacks to."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Gauge

from service.errors import PayloadTooLargeError, UnsupportedEncodingError
from service.receivers import request
from service.receivers.request import Budget, ClientGoneError, Held, OverloadedError, content_encoding, media_type, read_body


def budget(limit: int = 1 << 20) -> Budget:
    return Budget(limit, Gauge("held", "", registry=CollectorRegistry()))


def scope(**headers: str) -> dict[str, Any]:
    return {"headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]}


@pytest.mark.parametrize(
    ("written", "understood"),
    [("", ""), ("identity", ""), ("gzip", "gzip"), ("GZIP", "gzip"), ("x-gzip", "gzip"), (" gzip ", "gzip"), ("zstd", "zstd")],
)
def test_encodings(written: str, understood: str) -> None:
    assert content_encoding(scope(content_encoding=written)) == understood


@pytest.mark.parametrize("written", ["br", "deflate", "gzip, gzip", "snappy"])
def test_other_encodings_are_refused(written: str) -> None:
    with pytest.raises(UnsupportedEncodingError, match="415 unsupported content encoding"):
        content_encoding(scope(content_encoding=written))


@pytest.mark.parametrize("written", ["application/json", "application/json; charset=utf-8", "Application/JSON ;charset=x"])
def test_media_types_have_no_parameters(written: str) -> None:
    assert media_type(scope(content_type=written)) == "application/json"


def read(messages: list[dict[str, Any]], limit: int = 100, room: Budget | None = None, **headers: str) -> bytes:
    async def receive() -> dict[str, Any]:
        if not messages:
            await asyncio.sleep(60)
        return messages.pop(0)

    with Held(room or budget()) as held:
        return asyncio.run(read_body(scope(**headers), receive, limit, held))


def piece(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_pieces_are_put_together() -> None:
    assert read([piece(b"a", True), piece(b"", True), piece(b"bc")]) == b"abc"


def test_the_limit_is_exact() -> None:
    assert read([piece(b"x" * 100)]) == b"x" * 100
    with pytest.raises(PayloadTooLargeError):
        read([piece(b"x" * 60, True), piece(b"x" * 41, True)])


def test_an_announced_length_over_the_limit_is_refused_before_anything_is_read() -> None:
    with pytest.raises(PayloadTooLargeError):
        read([], content_length="101")


def test_a_client_that_goes_away_has_sent_nothing() -> None:
    with pytest.raises(ClientGoneError):
        read([piece(b"abc", True), {"type": "http.disconnect"}])


def test_a_client_that_stalls_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request, "IDLE_SECONDS", 0.05)
    with pytest.raises(OverloadedError):
        read([piece(b"abc", True)])


def test_a_client_that_is_too_slow_over_all_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request, "IDLE_SECONDS", 0.3)

    async def drip() -> dict[str, Any]:
        await asyncio.sleep(0.05)
        return piece(b"x", True)

    with pytest.raises(OverloadedError), Held(budget()) as held:
        asyncio.run(read_body(scope(), drip, 1 << 20, held))


def test_large_bodies_are_put_together_as_small_ones_are() -> None:
    pieces = [bytes([number]) * (64 << 10) for number in range(20)]
    messages = [piece(part, True) for part in pieces] + [piece(b"")]
    assert read(messages, 2 << 20, budget(2 << 20)) == b"".join(pieces)


def test_all_requests_together_stay_within_the_budget_and_give_it_back() -> None:
    room = budget(10)
    with pytest.raises(OverloadedError):
        read([piece(b"x" * 8, True), piece(b"x" * 8)], room=room)
    assert read([piece(b"x" * 10)], room=room) == b"x" * 10
