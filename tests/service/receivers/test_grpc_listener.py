"""No request ends the gRPC server, and if anything ever does, it is back at once."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import grpc
import pytest

from service.receivers.grpc_listener import GrpcListener
from tests.service.payloads import ADDRESS, PROTOBUF, encoded
from tests.service.receivers.grpc_client import files, send, wait_until
from tests.service.receivers.raw_http2 import Http2Client, message
from tests.service.running import Running, running

UNIMPLEMENTED = 12
PATHS = [b"/\xff", b"/\xc3\xa9", b"/", b"/" + b"\x80" * 2000, b"/x?" + ADDRESS.encode()]


def is_served(service: Running) -> bool:
    return send(service, "logs", encoded("logs", PROTOBUF, "x")).code is grpc.StatusCode.OK


def test_a_path_of_any_bytes_is_unimplemented_and_others_are_served_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), running(tmp_path, files(tmp_path)) as service:
        for path in PATHS:
            with Http2Client(service.target) as client:
                client.call(message(b"x"), path=path)
                assert client.status() == UNIMPLEMENTED
            assert is_served(service)
        assert all(server.is_serving for server in service.service.grpc.values())
    assert ADDRESS not in caplog.text


def test_a_server_that_a_fault_has_ended_is_started_again_on_its_port(tmp_path: Path) -> None:
    with running(tmp_path, files(tmp_path)) as service:
        (server,) = service.service.grpc.values()
        ended = server._listener
        assert isinstance(ended, GrpcListener)
        asyncio.run_coroutine_threadsafe(ended.shutdown(None), ended.loop).result(10)
        wait_until(lambda: server.is_serving)
        assert server._listener is not ended
        assert is_served(service)


def test_a_server_that_has_been_stopped_stays_so(tmp_path: Path) -> None:
    with running(tmp_path, files(tmp_path)) as service:
        (server,) = service.service.grpc.values()
    assert not server.is_serving
