"""OTLP/gRPC under load and over its limits: nobody is held up, memory is given back, and nothing that was acknowledged is lost."""

from __future__ import annotations

import threading
import time
import zlib
from pathlib import Path

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo

from service.errors import ConfigError
from service.exporters.contract import OTLP_METHODS
from service.receivers import arrivals
from tests.service.exporters.grpc_backend import grpc_backend
from tests.service.payloads import PROTOBUF, encoded
from tests.service.receivers.grpc_client import RECEIVER, TIMEOUT, call, client, files, packed, proxy, send, wait_until, with_grpc
from tests.service.receivers.raw_http2 import Http2Client, message
from tests.service.running import running

UNAVAILABLE = 14


def with_room(size: str, text: str) -> str:
    """The configuration, with so much memory for requests."""
    return text.replace("service: {", f"service: {{max_inflight_bytes: {size}, ")


def test_the_size_limit_holds_as_received_and_after_decompression_and_clients_do_not_send_again(tmp_path: Path) -> None:
    large = encoded("logs", PROTOBUF, "x" * (1 << 20))
    with running(tmp_path, files(tmp_path, with_grpc("max_request_bytes: 1MiB"))) as service:
        replies = [send(service, "logs", large), send(service, "logs", large, grpc.Compression.Gzip), send(service, "logs", zlib.compress(large))]
        fits = send(service, "logs", encoded("logs", PROTOBUF, "x" * 1000))
        assert service.metric("scrubjay_inflight_bytes") == 0
    for reply in replies:
        assert reply.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert packed(reply, RetryInfo) is None
    assert fits.code is grpc.StatusCode.OK
    assert (tmp_path / "out" / "logs.ndjson").read_bytes().count(b"\n") == 1


def test_over_the_budget_of_all_requests_clients_are_told_to_send_again(tmp_path: Path) -> None:
    body = encoded("logs", PROTOBUF, "x" * (180 << 10))
    with grpc_backend() as stub, running(tmp_path, with_room("400KiB", proxy(stub))) as service, client(service) as channel:
        stub.delay = TIMEOUT
        first = [channel.unary_unary(OTLP_METHODS["logs"]).future(body, timeout=TIMEOUT) for _ in range(2)]
        wait_until(lambda: len(stub.got) == 2)
        refused = [send(service, "logs", body), send(service, "logs", body, grpc.Compression.Gzip)]
        stub.released.set()
        assert [one.result() for one in first] == [b"", b""]
        taken = send(service, "logs", body)
        assert service.metric("scrubjay_inflight_bytes") == 0
    for reply in refused:
        assert reply.code is grpc.StatusCode.UNAVAILABLE
        assert packed(reply, RetryInfo).retry_delay.seconds == 1
    assert taken.code is grpc.StatusCode.OK


def test_a_request_whose_client_gives_up_is_finished_and_gives_its_memory_back(tmp_path: Path) -> None:
    with grpc_backend() as stub, running(tmp_path, proxy(stub)) as service, client(service) as channel:
        stub.delay = TIMEOUT
        asked = channel.unary_unary(OTLP_METHODS["logs"]).future(encoded("logs", PROTOBUF, "x"), timeout=TIMEOUT)
        wait_until(lambda: len(stub.got) == 1)
        asked.cancel()
        assert service.metric("scrubjay_inflight_bytes") > 0
        stub.released.set()
        wait_until(lambda: service.metric("scrubjay_inflight_bytes") == 0)
        assert service.metric("scrubjay_records_total", receiver="otlp", signal="logs", outcome="clean") == 1


def test_streams_on_which_nothing_comes_hold_nobody_up(tmp_path: Path) -> None:
    """Each of them sets room aside for the largest message there may be; together they have half of what there is."""
    body = encoded("logs", PROTOBUF, "x" * (400 << 10))
    with running(tmp_path, with_room("1MiB", files(tmp_path))) as service, Http2Client(service.target) as idle:
        for _ in range(50):
            idle.call(None)
        wait_until(lambda: service.metric("scrubjay_inflight_bytes") > 0)
        for compression in (None, grpc.Compression.Gzip):
            assert send(service, "logs", body, compression).code is grpc.StatusCode.OK
        assert service.metric("scrubjay_inflight_bytes") <= 512 << 10
        assert service.post("/v1/logs", body, PROTOBUF).status_code == 200
        assert idle.status() == UNAVAILABLE


def test_whoever_sets_most_aside_makes_room_for_a_slow_client(tmp_path: Path) -> None:
    body = message(encoded("logs", PROTOBUF, "x"))
    with (
        running(tmp_path, with_room("1MiB", files(tmp_path, with_grpc("max_request_bytes: 200KiB")))) as service,
        Http2Client(service.target) as idle,
        Http2Client(service.target) as slow,
    ):
        for _ in range(50):
            idle.call(None)
        wait_until(lambda: service.metric("scrubjay_inflight_bytes") > 0)
        slow.call(body[:10], ends=False)
        time.sleep(0.5)
        slow.go_on(body[10:])
        assert slow.status() == 0


def test_a_message_that_does_not_arrive_in_time_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "ARRIVAL_SECONDS", 0.3)
    with running(tmp_path, files(tmp_path)) as service, Http2Client(service.target) as idle:
        idle.call(None)
        assert idle.status() == UNAVAILABLE
        wait_until(lambda: service.metric("scrubjay_inflight_bytes") == 0)


def test_what_has_been_on_the_way_for_long_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "LONG_ENOUGH_SECONDS", 0.3)
    with running(tmp_path, with_room("1MiB", files(tmp_path))) as service, Http2Client(service.target) as old, Http2Client(service.target) as new:
        old.call(None)
        wait_until(lambda: service.metric("scrubjay_inflight_bytes") > 0)
        time.sleep(0.5)
        new.call(None)
        assert old.status() == UNAVAILABLE
        new.go_on(message(encoded("logs", PROTOBUF, "x")))
        assert new.status() == 0


def test_open_requests_are_finished_when_the_service_stops(tmp_path: Path) -> None:
    with grpc_backend() as stub, running(tmp_path, proxy(stub)) as service, client(service) as channel:
        stub.delay = TIMEOUT
        asked = channel.unary_unary(OTLP_METHODS["logs"]).future(encoded("logs", PROTOBUF, "x"), timeout=TIMEOUT)
        wait_until(lambda: len(stub.got) == 1)
        threading.Timer(0.3, stub.released.set).start()
        service.stop()
        assert asked.result() == b""


def test_a_connection_is_closed_after_its_age_and_clients_notice_nothing(tmp_path: Path) -> None:
    receiver = with_grpc("max_connection_age: 200ms")
    with grpc_backend() as stub, running(tmp_path, proxy(stub, receiver)) as service, client(service) as channel:
        deadline = time.monotonic() + 1.5
        sent = 0
        while time.monotonic() < deadline:
            assert call(channel, OTLP_METHODS["logs"], encoded("logs", PROTOBUF, "x")).code is grpc.StatusCode.OK
            sent += 1
    assert len(stub.got) == sent


def test_a_client_that_pings_is_not_thrown_out(tmp_path: Path) -> None:
    """A Collector pings every 10 s, whether it has something to send or not; this client does so every second."""
    options = [("grpc.keepalive_time_ms", 1100), ("grpc.keepalive_permit_without_calls", 1), ("grpc.http2.max_pings_without_data", 0)]
    seen: list[grpc.ChannelConnectivity] = []
    with running(tmp_path, files(tmp_path)) as service, grpc.insecure_channel(service.target, options=options) as channel:
        channel.subscribe(seen.append, try_to_connect=True)
        wait_until(lambda: grpc.ChannelConnectivity.READY in seen)
        time.sleep(6)
    assert seen[-1] is grpc.ChannelConnectivity.READY


def test_an_address_that_is_taken_is_a_configuration_error(tmp_path: Path) -> None:
    with running(tmp_path, files(tmp_path)) as service:
        other = tmp_path / "other"
        other.mkdir()
        text = files(other, RECEIVER.replace("grpc: {endpoint: '127.0.0.1:0'", f"grpc: {{endpoint: '{service.target}'"))
        with pytest.raises(ConfigError, match="an address that is free to listen on"), running(other, text):
            pass
