"""The ``otlp_http`` exporter is a transparent proxy: what is clean goes on as it came, and the backend's answer comes back."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from isal import igzip

from config import schema
from service.errors import BackendError
from service.exporters.contract import Answer, Batch, Exporter
from service.exporters.otlp_http import OtlpHttpExporter
from tests.service.exporters.contract import ExporterContract, batch, run
from tests.service.running import Backend, backend


def exporter(url: str, **settings: object) -> OtlpHttpExporter:
    return OtlpHttpExporter("otlp_http", schema.OtlpHttpExporter.model_validate({"endpoint": url, **settings}))


class TestContract(ExporterContract):
    @contextmanager
    def working(self, folder: Path) -> Iterator[tuple[Exporter, Callable[[], bytes]]]:
        with backend() as stub:
            yield exporter(stub.url), lambda: b"\n".join(got.body for got in stub.got)

    @contextmanager
    def failing(self, folder: Path) -> Iterator[Exporter]:
        yield exporter("http://127.0.0.1:1")


def export(stub: Backend, sent: Batch, **settings: object) -> Answer | None:
    return run(exporter(stub.url, **settings), lambda exporter: exporter.export(sent))


def test_a_clean_body_goes_on_as_the_very_bytes_that_came_with_its_encoding() -> None:
    compressed = igzip.compress(b"payload", 3)
    with backend() as stub:
        export(stub, Batch("traces", "otlp_proto:traces", b"payload", "application/x-protobuf", "gzip", compressed))
    (got,) = stub.got
    assert (got.method, got.path, got.body) == ("POST", "/v1/traces", compressed)
    assert got.headers["content-encoding"] == "gzip"
    assert got.headers["content-type"] == "application/x-protobuf"
    assert got.headers["content-length"] == str(len(compressed))


@pytest.mark.parametrize("size", [100, 1 << 20])
@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_rewritten_body_is_compressed_only_if_the_client_had_compressed_it(size: int, encoding: str) -> None:
    payload = b"x" * size
    with backend() as stub:
        export(stub, Batch("logs", "otlp_proto:logs", payload, "application/x-protobuf", encoding, None))
    (got,) = stub.got
    assert got.headers.get("content-encoding", "") == encoding
    assert (gzip.decompress(got.body) if encoding else got.body) == payload


@pytest.mark.parametrize("status", [200, 202, 400, 401, 404, 429, 500, 503])
def test_the_backends_answer_is_relayed(status: int) -> None:
    with backend() as stub:
        stub.status, stub.body = status, b"\x08\x0e"
        stub.headers = {"Content-Type": "application/x-protobuf", "Retry-After": "17", "Server": "not relayed"}
        answer = export(stub, batch())
    assert answer is not None
    assert (answer.status, answer.body) == (status, b"\x08\x0e")
    assert dict(answer.headers) == {"Content-Type": "application/x-protobuf", "Retry-After": "17"}


def test_a_backend_that_is_late_is_unavailable() -> None:
    with backend() as stub:
        stub.delay = 5.0
        with pytest.raises(BackendError):
            export(stub, batch(), timeout="200ms")


def test_a_kept_connection_the_backend_has_closed_is_no_failure() -> None:
    with backend() as stub:
        stub.drop_connections = 1
        answer = export(stub, batch())
    assert answer is not None
    assert answer.status == 200
    assert len(stub.got) == 1


def test_a_connection_is_used_again() -> None:
    with backend() as stub:

        async def work(exporter: Exporter) -> None:
            for number in range(5):
                await exporter.export(batch(number))

        run(exporter(stub.url), work)
    assert len(stub.got) == 5
    assert len(stub.connections) == 1


def test_configured_headers_win_over_the_clients() -> None:
    token = "Bearer " + "t" * 20
    with backend() as stub:
        sent = batch()._replace(headers=(("authorization", "Bearer of-the-client"), ("x-scope-orgid", "tenant-1"), ("user-agent", "otel/1")))
        export(stub, sent, headers={"Authorization": token})
    headers = stub.got[0].headers
    assert headers["authorization"] == token
    assert (headers["x-scope-orgid"], headers["user-agent"]) == ("tenant-1", "otel/1")


def test_an_answer_without_end_is_cut_off() -> None:
    with backend() as stub:
        stub.body = b"x" * (5 << 20)
        with pytest.raises(BackendError, match="larger than 4 MiB"):
            export(stub, batch())


def test_it_is_not_ready_while_nobody_listens() -> None:
    assert not run(exporter("http://127.0.0.1:1"), lambda exporter: exporter.is_ready())


def test_a_redirect_is_not_followed() -> None:
    with backend() as stub:
        stub.status, stub.headers = 307, {"Location": "http://127.0.0.1:1/v1/logs"}
        answer = export(stub, batch())
    assert answer is not None
    assert answer.status == 307
    assert len(stub.got) == 1
