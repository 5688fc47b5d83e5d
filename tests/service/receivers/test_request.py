"""A request takes no more memory than it may, whatever it claims or unpacks to."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Gauge

from service.errors import FramingError, PayloadTooLargeError, UnsupportedEncodingError
from service.receivers import request
from service.receivers.request import Budget, ClientGoneError, Held, OverloadedError, content_encoding, inflate, media_type, read_body


def budget(limit: int = 1 << 20) -> Budget:
    return Budget(limit, Gauge("held", "", registry=CollectorRegistry()))


def scope(**headers: str) -> dict[str, Any]:
    return {"headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]}


@settings(deadline=None)
@given(st.binary(max_size=5000), st.integers(1, 9))
def test_gzip_is_undone(payload: bytes, level: int) -> None:
    assert inflate(gzip.compress(payload, level), 5000) == payload


@settings(deadline=None)
@given(st.lists(st.binary(max_size=100), min_size=1, max_size=8))
def test_a_body_of_several_gzip_members_is_one_body(parts: list[bytes]) -> None:
    assert inflate(b"".join(map(gzip.compress, parts)) + b"\0\0", 800) == b"".join(parts)


@settings(deadline=None)
@given(st.binary(max_size=300), st.data())
def test_a_gzip_body_cut_anywhere_is_refused(payload: bytes, data: st.DataObject) -> None:
    body = gzip.compress(payload)
    cut = data.draw(st.integers(1, len(body) - 1))
    with pytest.raises(FramingError):
        inflate(body[:cut], 1000)


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_arbitrary_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(FramingError):
        inflate(body, 1000)


def test_a_gzip_bomb_stays_small() -> None:
    bomb = gzip.compress(bytes(256 << 20), 9)
    tracemalloc.start()
    try:
        with pytest.raises(PayloadTooLargeError):
            inflate(bomb, 1 << 20)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_a_swarm_of_empty_members_is_refused() -> None:
    with pytest.raises(FramingError, match="more than 16 members"):
        inflate(gzip.compress(b"") * 1000, 1000)


def test_zlib_under_the_name_of_gzip_is_refused() -> None:
    with pytest.raises(FramingError):
        inflate(zlib.compress(b"x" * 100), 1000)


@pytest.mark.parametrize(
    ("written", "understood"), [("", ""), ("identity", ""), ("gzip", "gzip"), ("GZIP", "gzip"), ("x-gzip", "gzip"), (" gzip ", "gzip")]
)
def test_encodings(written: str, understood: str) -> None:
    assert content_encoding(scope(content_encoding=written)) == understood


@pytest.mark.parametrize("written", ["br", "zstd", "deflate", "gzip, gzip", "snappy"])
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


def test_all_requests_together_stay_within_the_budget_and_give_it_back() -> None:
    room = budget(10)
    with pytest.raises(OverloadedError):
        read([piece(b"x" * 8, True), piece(b"x" * 8)], room=room)
    assert read([piece(b"x" * 10)], room=room) == b"x" * 10
