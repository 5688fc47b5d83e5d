"""What a real Collector makes of the service's answers: it keeps what it may send again and drops what is refused for good, as it would
with the backend itself behind it; and which compressions it can be set to.

The backend is a server of the test's that answers what it is told to.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import grpc
import httpx
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from tests.interop.processes import Program, running_collector, running_service
from tests.interop.test_collector import EXPORTERS, sends
from tests.service.payloads import ADDRESS, MARKER, PROTOBUF, encoded
from tests.service.running import Backend, Got, backend

pytestmark = pytest.mark.interop

PATIENCE = 60.0
DROPPED = "Exporting failed. Dropping data"
"""What the Collector logs when it gives data up."""


def wait_for(reached: Callable[[], bool], what: str, *programs: Program) -> None:
    until = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < until, what + "\n" + "\n".join(program.logged()[-3000:] for program in programs)
        time.sleep(0.05)


def export(client: Program, number: int) -> None:
    """One log record with an address in it, handed to the Collector, which acknowledges it at once."""
    body = encoded("logs", PROTOBUF, f"record {number} of {ADDRESS}")
    httpx.post(f"{client.url('http')}/v1/logs", content=body, headers={"content-type": PROTOBUF}, timeout=PATIENCE).raise_for_status()


def said(got: Got) -> str:
    """The text of the one record in a request to the backend."""
    body = gzip.decompress(got.body) if got.headers.get("content-encoding") == "gzip" else got.body
    (group,) = ExportLogsServiceRequest.FromString(body).resource_logs
    return str(group.scope_logs[0].log_records[0].body.string_value)


def record(number: int) -> str:
    return f"record {number} of {MARKER}"


@dataclass
class GrpcBackend:
    """Notes what it gets, and refuses while ``refusals`` last: a code, and how long the client is asked to wait."""

    url: str = ""
    got: list[tuple[float, bytes]] = field(default_factory=list)
    refusals: list[tuple[grpc.StatusCode, float | None]] = field(default_factory=list)

    def export(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        """Takes one request."""
        self.got.append((time.monotonic(), request))
        if not self.refusals:
            return b""
        code, delay = self.refusals.pop(0)
        status = Status(code=code.value[0], message="not now")
        if delay is not None:
            status.details.add().Pack(RetryInfo(retry_delay=Duration(nanos=int(delay % 1 * 1e9), seconds=int(delay))))
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.set_code(code)
        context.set_details("not now")
        return b""


@contextmanager
def grpc_backend() -> Iterator[GrpcBackend]:
    """A gRPC backend on a free port; its handlers get and give bytes."""
    stub = GrpcBackend()
    handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(stub.export)

    class AnyMethod(grpc.GenericRpcHandler):
        def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes]:
            return handler

    server = grpc.server(ThreadPoolExecutor(4), handlers=[AnyMethod()])
    stub.url = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield stub
    finally:
        server.stop(1.0).wait()


class Proxied(NamedTuple):
    """A service in front of both kinds of backend: over HTTP in and out, and over gRPC in and out."""

    service: dict[str, Program]
    http: Backend
    grpc: GrpcBackend


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    """They run for all tests, as a service takes seconds to start; see ``proxied``."""
    folder = tmp_path_factory.mktemp("servers")
    with (
        backend() as http,
        grpc_backend() as over_grpc,
        running_service(folder, {"otlp_http": {"endpoint": http.url}}, {"http": {}}, "http_service") as one,
        running_service(folder, {"otlp_grpc": {"endpoint": over_grpc.url}}, {"grpc": {}}, "grpc_service") as other,
    ):
        yield Proxied({"http": one, "grpc": other}, http, over_grpc)


@pytest.fixture
def proxied(servers: Proxied) -> Proxied:
    """The backends have got nothing yet and take everything."""
    servers.http.got.clear()
    servers.http.status, servers.http.headers = 200, {"Content-Type": PROTOBUF}
    servers.grpc.got.clear()
    servers.grpc.refusals.clear()
    return servers


@contextmanager
def client_of(collector: Path, folder: Path, proxied: Proxied, transport: str, **settings: Any) -> Iterator[Program]:
    """A Collector that exports to the service."""
    out = {EXPORTERS[transport]: {**sends(transport, proxied.service[transport]), **settings}}
    with running_collector(collector, folder, "client", out) as client:
        yield client


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_the_backend_can_not_take_now_is_sent_again_until_it_can(tmp_path: Path, collector: Path, proxied: Proxied, status: int) -> None:
    stub = proxied.http
    with client_of(collector, tmp_path, proxied, "http") as client:
        stub.status = status
        for number in range(20):
            export(client, number)
        wait_for(lambda: len(stub.got) > 20, "the Collector did not try again", client)
        refused, stub.status = len(stub.got), 200
        expected = {record(number) for number in range(20)}
        wait_for(lambda: {said(got) for got in stub.got[refused:]} >= expected, "not everything came again", client)
        assert DROPPED not in client.logged()
        assert not any(ADDRESS in said(got) for got in stub.got)


def test_how_long_to_wait_is_the_backends_word(tmp_path: Path, collector: Path, proxied: Proxied) -> None:
    stub = proxied.http
    with client_of(collector, tmp_path, proxied, "http") as client:
        stub.status, stub.headers = 503, {"Retry-After": "3", "Content-Type": PROTOBUF}
        export(client, 0)
        wait_for(lambda: bool(stub.got), "nothing came", client)
        first, stub.status = time.monotonic(), 200
        wait_for(lambda: len(stub.got) == 2, "nothing came again", client)
        assert time.monotonic() - first > 2.5  # by itself, the Collector would try again after at most 0.3 s


@pytest.mark.parametrize("status", [400, 413, 500])
def test_what_the_backend_refuses_for_good_is_dropped_by_the_collector(tmp_path: Path, collector: Path, proxied: Proxied, status: int) -> None:
    stub = proxied.http
    with client_of(collector, tmp_path, proxied, "http") as client:
        stub.status = status
        export(client, 0)
        wait_for(lambda: DROPPED in client.logged(), "the Collector kept it", client)
        stub.status = 200
        export(client, 1)
        wait_for(lambda: len(stub.got) == 2, "the next one did not come", client)
        assert [said(got) for got in stub.got] == [record(0), record(1)]


@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
def test_a_collector_may_compress_over_http_with_gzip_and_zstd(tmp_path: Path, collector: Path, proxied: Proxied, compression: str) -> None:
    with client_of(collector, tmp_path, proxied, "http", compression=compression) as client:
        export(client, 0)
        wait_for(lambda: bool(proxied.http.got) or DROPPED in client.logged(), "nothing came", client)
        assert DROPPED not in client.logged()
        assert said(proxied.http.got[0]) == record(0)


@pytest.mark.parametrize("compression", ["snappy", "lz4"])
def test_other_compressions_over_http_are_refused_by_name(tmp_path: Path, collector: Path, proxied: Proxied, compression: str) -> None:
    with client_of(collector, tmp_path, proxied, "http", compression=compression) as client:
        export(client, 0)
        wait_for(lambda: DROPPED in client.logged(), "the Collector kept it", client)
        assert "415" in client.logged()
        assert proxied.http.got == []


RETRIED = [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ABORTED, grpc.StatusCode.CANCELLED, grpc.StatusCode.DATA_LOSS]
REFUSED = [grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL]


def said_over_grpc(body: bytes) -> str:
    return said(Got("POST", "", {}, body))


@pytest.mark.parametrize("code", RETRIED, ids=lambda code: code.name)
def test_over_grpc_too_it_is_sent_again(tmp_path: Path, collector: Path, proxied: Proxied, code: grpc.StatusCode) -> None:
    proxied.grpc.refusals += [(code, None)] * 3
    with client_of(collector, tmp_path, proxied, "grpc") as client:
        for number in range(20):
            export(client, number)
        wait_for(lambda: len(proxied.grpc.got) == 23, "the Collector did not try again", client)
        assert {said_over_grpc(body) for _, body in proxied.grpc.got} == {record(number) for number in range(20)}
        assert DROPPED not in client.logged()


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED], ids=lambda code: code.name)
def test_retry_info_reaches_the_collector(tmp_path: Path, collector: Path, proxied: Proxied, code: grpc.StatusCode) -> None:
    proxied.grpc.refusals.append((code, 3.0))
    with client_of(collector, tmp_path, proxied, "grpc") as client:
        export(client, 0)
        wait_for(lambda: len(proxied.grpc.got) == 2, "the Collector did not try again", client)
        (first, _), (second, _) = proxied.grpc.got
        assert second - first > 2.9  # by itself, the Collector would try again after at most 0.3 s


@pytest.mark.parametrize("code", REFUSED, ids=lambda code: code.name)
def test_over_grpc_too_it_is_dropped_by_the_collector(tmp_path: Path, collector: Path, proxied: Proxied, code: grpc.StatusCode) -> None:
    proxied.grpc.refusals.append((code, None))
    with client_of(collector, tmp_path, proxied, "grpc") as client:
        export(client, 0)
        wait_for(lambda: DROPPED in client.logged(), "the Collector kept it", client)
        export(client, 1)
        wait_for(lambda: len(proxied.grpc.got) == 2, "the next one did not come", client)
        assert [said_over_grpc(body) for _, body in proxied.grpc.got] == [record(0), record(1)]


def test_resource_exhausted_without_retry_info_is_final(tmp_path: Path, collector: Path, proxied: Proxied) -> None:
    proxied.grpc.refusals.append((grpc.StatusCode.RESOURCE_EXHAUSTED, None))
    with client_of(collector, tmp_path, proxied, "grpc") as client:
        export(client, 0)
        wait_for(lambda: DROPPED in client.logged(), "the Collector kept it", client)
        assert len(proxied.grpc.got) == 1


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_a_collector_may_compress_over_grpc_with_gzip(tmp_path: Path, collector: Path, proxied: Proxied, compression: str) -> None:
    with client_of(collector, tmp_path, proxied, "grpc", compression=compression) as client:
        export(client, 0)
        wait_for(lambda: bool(proxied.grpc.got), "nothing came", client)
        assert said_over_grpc(proxied.grpc.got[0][1]) == record(0)


@pytest.mark.parametrize("compression", ["snappy", "zstd"])
def test_other_compressions_over_grpc_never_get_through(tmp_path: Path, collector: Path, proxied: Proxied, compression: str) -> None:
    """grpcio knows gzip and deflate, and refuses the rest below any code of ours; the Collector drops the data and says why."""
    with client_of(collector, tmp_path, proxied, "grpc", compression=compression) as client:
        export(client, 0)
        wait_for(lambda: DROPPED in client.logged(), "the Collector kept it", client)
        assert "code = Internal" in client.logged()
        assert proxied.grpc.got == []
