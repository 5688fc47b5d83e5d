"""OTLP/gRPC under load and over its limits: nobody is held up, memory is given back, and nothing that was acknowledged is lost."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo

from service.errors import ConfigError
from service.exporters.contract import OTLP_METHODS
from tests.service.exporters.grpc_backend import grpc_backend
from tests.service.payloads import PROTOBUF, encoded
from tests.service.receivers.grpc_client import RECEIVER, TIMEOUT, call, client, files, packed, proxy, send, wait_until, with_grpc
from tests.service.running import running


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
    text = files(tmp_path, with_grpc("max_request_bytes: 1MiB")).replace("service: {", "service: {max_inflight_bytes: 100KiB, ")
    with running(tmp_path, text) as service:
        refused = send(service, "logs", encoded("logs", PROTOBUF, "x" * (200 << 10)))
        inflated = send(service, "logs", encoded("logs", PROTOBUF, "x" * (200 << 10)), grpc.Compression.Gzip)
        taken = send(service, "logs", encoded("logs", PROTOBUF, "x"))
        assert service.metric("scrubjay_inflight_bytes") == 0
    for reply in (refused, inflated):
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


def test_a_message_that_never_arrives_whole_holds_nobody_up_and_is_given_up(tmp_path: Path) -> None:
    """The stream stays open without a message; others are served, and its share of the budget is bounded."""
    text = files(tmp_path).replace("service: {", "service: {max_inflight_bytes: 1MiB, ")
    ended = threading.Event()

    def nothing() -> Iterator[bytes]:
        ended.wait(TIMEOUT)
        yield from ()

    with running(tmp_path, text) as service, client(service) as slow:
        stalled = slow.stream_unary(OTLP_METHODS["logs"])
        waiting = [stalled.future(nothing(), timeout=TIMEOUT) for _ in range(5)]
        try:
            errors = [one.exception() for one in waiting]
            assert send(service, "logs", encoded("logs", PROTOBUF, "x")).code is grpc.StatusCode.OK
        finally:
            ended.set()
        assert service.metric("scrubjay_inflight_bytes") == 0
    assert {getattr(error, "code", str)() for error in errors} == {grpc.StatusCode.UNAVAILABLE}


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
