"""The ``otlp_grpc`` exporter is a transparent proxy: what is clean goes on as it came, and the backend's status comes back."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
import zstandard
from isal import igzip

from config import schema
from service.errors import BackendError, ConfigError, FramingError
from service.exporters.contract import OTLP_METHODS, PROTOBUF, Batch, Exporter, GrpcAnswer
from service.exporters.otlp_grpc import OtlpGrpcExporter
from service.exporters.otlp_lines import lines
from service.exporters.rpc_status import DETAILS, encode
from tests.service.exporters.certificates import certificates
from tests.service.exporters.contract import ExporterContract, batch, run
from tests.service.exporters.grpc_backend import GrpcBackend, grpc_backend
from tests.service.payloads import JSON, SIGNALS, encoded

PAYLOAD = b"\x0a\x02\x08\x01" * 100
COMPRESSED = igzip.compress(PAYLOAD, 3)


def exporter(port: int, **settings: object) -> OtlpGrpcExporter:
    scheme = "https" if "tls" in settings else "http"
    return OtlpGrpcExporter("otlp_grpc", schema.OtlpGrpcExporter.model_validate({"endpoint": f"{scheme}://127.0.0.1:{port}", **settings}))


def protobuf(encoding: str = "", as_sent: bytes | None = None, **changed: Any) -> Batch:
    return Batch("traces", "otlp_proto:traces", PAYLOAD, PROTOBUF, encoding, as_sent)._replace(**changed)


def export(stub: GrpcBackend, sent: Batch, **settings: object) -> GrpcAnswer:
    answer = run(exporter(stub.port, **settings), lambda one: one.export(sent))
    assert isinstance(answer, GrpcAnswer)
    return answer


class TestContract(ExporterContract):
    @contextmanager
    def working(self, folder: Path) -> Iterator[tuple[Exporter, Callable[[], bytes]]]:
        with grpc_backend() as stub:
            yield exporter(stub.port), lambda: b"".join(lines("otlp_proto:logs", got.body) for got in stub.got)

    @contextmanager
    def failing(self, folder: Path) -> Iterator[Exporter]:
        yield exporter(1)


@pytest.mark.parametrize("signal", SIGNALS)
def test_each_signal_has_its_method(signal: str) -> None:
    with grpc_backend() as stub:
        assert export(stub, protobuf(signal=signal, codec=f"otlp_proto:{signal}")) == GrpcAnswer(0, "", b"")
    assert [(got.method, got.body) for got in stub.got] == [(OTLP_METHODS[signal], PAYLOAD)]


@pytest.mark.parametrize(
    ("encoding", "is_clean", "compression", "arrives"),
    [
        ("gzip", True, None, "as sent"),
        ("gzip", True, "gzip", "as sent"),
        ("gzip", True, "none", "plain"),
        ("gzip", False, None, "gzip"),
        ("", True, None, "plain"),
        ("", True, "none", "plain"),
        ("", True, "gzip", "gzip"),
        ("zstd", True, None, "gzip"),
        ("zstd", True, "none", "plain"),
        ("deflate", True, None, "gzip"),
    ],
)
def test_a_clean_body_goes_on_as_it_came_unless_the_configuration_says_otherwise(
    encoding: str, is_clean: bool, compression: str | None, arrives: str
) -> None:
    as_sent = {"gzip": COMPRESSED, "zstd": zstandard.compress(PAYLOAD), "deflate": zlib.compress(PAYLOAD), "": PAYLOAD}[encoding]
    with grpc_backend(keeps_compressed=True) as stub:
        assert export(stub, protobuf(encoding, as_sent if is_clean else None), compression=compression).code == 0
    (got,) = stub.got
    if arrives == "gzip":
        assert got.body != COMPRESSED
        assert gzip.decompress(got.body) == PAYLOAD
    else:
        assert got.body == (as_sent if arrives == "as sent" else PAYLOAD)


@pytest.mark.parametrize("encoding", ["", "gzip", "zstd"])
@pytest.mark.parametrize("size", [0, 100, 1 << 20, 10 << 20])
def test_a_body_of_any_size_arrives(size: int, encoding: str) -> None:
    with grpc_backend() as stub:
        assert export(stub, protobuf(encoding, payload=b"x" * size)).code == 0
    assert [len(got.body) for got in stub.got] == [size]


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("count", [1, 200])
def test_otlp_json_arrives_as_protobuf(signal: str, count: int) -> None:
    texts = [f"text {number}" for number in range(count)]
    sent = Batch(signal, f"otlp_json:{signal}", encoded(signal, JSON, *texts), JSON, "", None)
    with grpc_backend() as stub:
        assert export(stub, sent).code == 0
    assert [got.body for got in stub.got] == [encoded(signal, PROTOBUF, *texts)]


def test_json_that_is_no_otlp_is_refused_and_nobody_tries_again() -> None:
    with grpc_backend() as stub, pytest.raises(FramingError):
        export(stub, Batch("logs", "otlp_json:logs", b'{"resourceLogs":7}', JSON, "", None))
    assert not stub.got


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code.value[0] not in (0, 1, 4, 14)])
def test_the_backends_status_is_relayed(code: grpc.StatusCode) -> None:
    details = encode(code.value[0], "no room", PROTOBUF, retry_after=3)
    with grpc_backend() as stub:
        stub.code, stub.message = code, "no room"
        stub.trailers = ((DETAILS, details), ("retry-after", "3"), ("x-internal", "not relayed"))
        answer = export(stub, protobuf())
    assert answer == GrpcAnswer(code.value[0], "no room", b"", ((DETAILS, details), ("retry-after", "3")))


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.DEADLINE_EXCEEDED])
def test_a_status_the_channel_might_have_made_up_is_the_backends_if_it_says_more(code: grpc.StatusCode) -> None:
    details = encode(code.value[0], "busy", PROTOBUF, retry_after=3)
    with grpc_backend() as stub:
        stub.code, stub.message = code, "busy"
        with pytest.raises(BackendError, match=f"otlp_grpc: {code.name}"):
            export(stub, protobuf())
        stub.trailers = ((DETAILS, details),)
        assert export(stub, protobuf()) == GrpcAnswer(code.value[0], "busy", b"", ((DETAILS, details),))


def test_the_response_is_relayed() -> None:
    with grpc_backend() as stub:
        stub.body = b"\x0a\x07\x08\x03\x12\x03old"
        assert export(stub, protobuf()).body == stub.body


def test_a_backend_that_hangs_is_unavailable() -> None:
    with grpc_backend() as stub:
        stub.delay = 30.0
        started = time.monotonic()
        with pytest.raises(BackendError, match="otlp_grpc: DEADLINE_EXCEEDED"):
            export(stub, protobuf(), timeout="300ms")
        assert time.monotonic() - started < 20


def test_something_that_never_speaks_http_2_is_unavailable_and_not_ready() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        one = exporter(mute.getsockname()[1], timeout="300ms")

        async def work(one: Exporter) -> None:
            with pytest.raises(BackendError):
                await one.export(protobuf())

        run(one, work)


def test_metadata_is_what_grpc_lets_through_and_configured_headers_win() -> None:
    token = "Bearer " + "t" * 20
    given = {
        "Authorization": "Bearer of-the-client",
        "x-scope-orgid": "tenant-1",
        "x-trace-bin": "AAEC",
        "te": "trailers",
        "content-type": "text/plain",
        "user-agent": "otel/1",
        "grpc-timeout": "1S",
        "grpc-encoding": "br",
        "host": "elsewhere",
        "x!y": "1",
        "x-umlaut": "ü",
        "x-line": "a\nb",
        "accept-encoding": "gzip",
    }
    with grpc_backend() as stub:
        assert export(stub, protobuf(headers=tuple(given.items())), headers={"Authorization": token}).code == 0
    metadata = stub.got[0].metadata
    assert {name: value for name, value in metadata.items() if name != "user-agent"} == {"authorization": token, "x-scope-orgid": "tenant-1"}
    assert "otel" not in str(metadata["user-agent"])


@pytest.mark.parametrize("value", ["caf\xe9", "caf\xc3\xa9", "a\nb", "tenant-1 ", "\udc80"])
def test_a_tenant_that_would_change_on_the_way_is_refused(value: str) -> None:
    with grpc_backend() as stub:
        with pytest.raises(FramingError, match="the header x-scope-orgid can't be sent on as it came"):
            export(stub, protobuf(headers=(("X-Scope-OrgID", value),)))
        assert export(stub, protobuf(headers=(("X-Scope-OrgID", value),)), headers={"x-scope-orgid": "ours"}).code == 0
    assert [got.metadata["x-scope-orgid"] for got in stub.got] == ["ours"]


@pytest.mark.parametrize("name", ["User-Agent", "grpc-timeout", "x-bin", "x!y"])
def test_a_configured_header_that_grpc_does_not_take_is_refused_at_start(name: str) -> None:
    with pytest.raises(ConfigError, match=r"exporters\.otlp_grpc\.headers: .* not"):
        run(exporter(1, headers={name: "AAEC"}), lambda one: one.is_ready())


def test_a_connection_is_used_again() -> None:
    with grpc_backend() as stub:

        async def work(one: Exporter) -> None:
            for number in range(5):
                await one.export(batch(number))

        run(exporter(stub.port), work)
    assert len({got.peer for got in stub.got}) == 1


def test_it_finds_a_backend_again_that_was_restarted() -> None:
    stub = GrpcBackend()

    async def delivered(one: Exporter) -> bool:
        try:
            answer = await one.export(protobuf())
        except BackendError:
            return False
        return isinstance(answer, GrpcAnswer) and answer.code == 0

    async def work(one: Exporter) -> None:
        with grpc_backend(port=stub.port, stub=stub):
            assert await delivered(one)
        assert not await delivered(one)
        assert not await one.is_ready()
        with grpc_backend(port=stub.port, stub=stub):
            deadline = time.monotonic() + 30
            while not await delivered(one):
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)
            assert await one.is_ready()

    with grpc_backend(stub=stub):
        pass  # a port that is known to be free
    run(exporter(stub.port), work)


def test_the_environments_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    with grpc_backend() as stub:
        assert export(stub, protobuf()).code == 0


def test_tls_is_used_and_the_backends_name_checked(tmp_path: Path) -> None:
    made = certificates(tmp_path)
    pair = [(made.server.key.read_bytes(), made.server.certificate.read_bytes())]
    trusted = {"ca_file": str(made.authority.certificate)}
    named = {**trusted, "server_name_override": "backend.test"}
    client = {"cert_file": str(made.client.certificate), "key_file": str(made.client.key)}
    with grpc_backend(credentials=grpc.ssl_server_credentials(pair)) as stub:
        assert export(stub, protobuf(), tls=named).code == 0
        for tls in (trusted, {"server_name_override": "backend.test"}, {**named, "ca_file": str(made.stranger.certificate)}):
            with pytest.raises(BackendError):
                export(stub, protobuf(), tls=tls)
        with pytest.raises(BackendError):
            export(stub, protobuf())
        assert len(stub.got) == 1
    mutual = grpc.ssl_server_credentials(pair, made.authority.certificate.read_bytes(), require_client_auth=True)
    with grpc_backend(credentials=mutual) as stub:
        assert export(stub, protobuf(), tls={**named, **client}).code == 0
        with pytest.raises(BackendError):
            export(stub, protobuf(), tls=named)
        assert len(stub.got) == 1
