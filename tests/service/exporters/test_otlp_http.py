"""The ``otlp_http`` exporter is a transparent proxy: what is clean goes on as it came, and the backend's answer comes back."""

from __future__ import annotations

import gzip
import ssl
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zstandard
from isal import igzip

from config import schema
from service.errors import BackendError, FramingError
from service.exporters.contract import JSON, PROTOBUF, Answer, Batch, Exporter
from service.exporters.otlp_http import OtlpHttpExporter
from service.exporters.outcome import judge
from tests.service.exporters.certificates import certificates
from tests.service.exporters.contract import ExporterContract, batch, run
from tests.service.exporters.http_backend import HttpBackend, http_backend
from tests.service.exporters.raw_http_backend import RawHttpBackend, Scripted, raw_backend
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


def export(stub: Backend | HttpBackend | RawHttpBackend, sent: Batch, **settings: object) -> Answer:
    answer = run(exporter(stub.url, **settings), lambda exporter: exporter.export(sent))
    assert isinstance(answer, Answer)
    return answer


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
    assert answer.status == 200
    assert len(stub.got) == 1


@pytest.mark.parametrize(
    ("encoding", "is_clean", "compression", "arrives"),
    [
        ("zstd", True, None, "zstd as sent"),
        ("zstd", False, None, "zstd"),
        ("deflate", True, None, "gzip"),
        ("zstd", True, "gzip", "gzip"),
        ("zstd", True, "none", "plain"),
        ("gzip", True, "gzip", "gzip as sent"),
        ("gzip", True, "none", "plain"),
        ("", True, "gzip", "gzip"),
        ("", True, "none", "plain"),
    ],
)
def test_compression_is_the_clients_unless_the_configuration_says_otherwise(
    encoding: str, is_clean: bool, compression: str | None, arrives: str
) -> None:
    payload = b"payload " * 100
    as_sent = {"gzip": igzip.compress(payload, 3), "zstd": zstandard.compress(payload, 9), "deflate": zlib.compress(payload), "": payload}[encoding]
    undo: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.decompress, "zstd": zstandard.decompress, "": bytes}
    with backend() as stub:
        sent = Batch("logs", "otlp_proto:logs", payload, PROTOBUF, encoding, as_sent if is_clean else None)
        export(stub, sent, compression=compression)
    (got,) = stub.got
    assert got.headers.get("content-encoding", "plain") == arrives.split()[0]
    assert undo[got.headers.get("content-encoding", "")](got.body) == payload
    assert (got.body == as_sent) == (arrives.endswith("as sent") or encoding == got.headers.get("content-encoding", ""))


@pytest.mark.parametrize("status", [400, 415])
def test_a_backend_that_refuses_zstd_gets_gzip_and_from_then_on_at_once(status: int) -> None:
    payload = b"payload " * 100
    sent = Batch("logs", "otlp_proto:logs", payload, PROTOBUF, "zstd", zstandard.compress(payload))
    with http_backend() as stub:
        stub.refuses = {"zstd": status}

        async def work(one: Exporter) -> None:
            for _ in range(3):
                answer = await one.export(sent)
                assert isinstance(answer, Answer)
                assert answer.status == 200

        run(exporter(stub.url), work)
    assert [encoding for encoding, _ in stub.got] == ["zstd", "gzip", "gzip", "gzip"]
    assert all(gzip.decompress(body) == payload for _, body in stub.got[1:])


def test_a_payload_that_is_refused_however_it_is_compressed_says_nothing_about_zstd() -> None:
    sent = Batch("logs", "otlp_proto:logs", b"payload", PROTOBUF, "zstd", zstandard.compress(b"payload"))
    with backend() as stub:
        stub.status = 400

        async def work(one: Exporter) -> None:
            for _ in range(2):
                answer = await one.export(sent)
                assert isinstance(answer, Answer)
                assert answer.status == 400

        run(exporter(stub.url), work)
    assert [got.headers["content-encoding"] for got in stub.got] == ["zstd", "gzip", "zstd", "gzip"]


def test_json_stays_json() -> None:
    with backend() as stub:
        export(stub, batch())
    assert (stub.got[0].headers["content-type"], stub.got[0].body) == ("application/json", batch().payload)


def test_the_backend_is_asked_not_to_compress_its_answer() -> None:
    with backend() as stub:
        export(stub, batch()._replace(headers=(("accept-encoding", "gzip, br"),)))
    assert stub.got[0].headers["accept-encoding"] == "identity"


def test_the_environments_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with backend() as stub:
        assert export(stub, batch()).status == 200


def test_tls_is_used_and_the_backends_name_checked(tmp_path: Path) -> None:
    made = certificates(tmp_path)
    trusted = {"ca_file": str(made.authority.certificate)}
    named = {**trusted, "server_name_override": "backend.test"}
    client = {"cert_file": str(made.client.certificate), "key_file": str(made.client.key)}
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.server.certificate, made.server.key)
    with http_backend(context) as stub:
        assert export(stub, batch(), tls=named).status == 200
        for tls in (trusted, {"server_name_override": "backend.test"}, {**named, "ca_file": str(made.stranger.certificate)}):
            with pytest.raises(BackendError):
                export(stub, batch(), tls=tls)
        assert len(stub.got) == 1
    context.load_verify_locations(made.authority.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    with http_backend(context) as stub:
        assert export(stub, batch(), tls={**named, **client}).status == 200
        with pytest.raises(BackendError):
            export(stub, batch(), tls=named)
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


HEAD = "HTTP/1.1 {} x\r\nContent-Type: text/html\r\nRetry-After: 7\r\n"
UNREADABLE = {
    "too long": Scripted("Content-Length: 5242880\r\n\r\n", b"x" * (5 << 20), keeps_open=True),
    "without end": Scripted("Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n", pieces=80, keeps_open=True),
    "broken off": Scripted("Content-Length: 10\r\n\r\n", b"abc"),
    "reset": Scripted("Content-Length: 10\r\n\r\n", b"abc", resets=True),
    "hanging": Scripted("Content-Length: 10\r\n\r\n", b"abc", keeps_open=True),
    "hanging at once": Scripted("Content-Length: 10\r\n\r\n", b"", keeps_open=True),
}


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize(("content_type", "body"), [(PROTOBUF, b""), (JSON, b"{}")])
def test_a_batch_that_was_taken_counts_as_delivered_whatever_becomes_of_the_answers_body(name: str, content_type: str, body: bytes) -> None:
    with raw_backend(UNREADABLE[name].after(HEAD.format(200))) as stub:
        answer = export(stub, Batch("logs", "otlp_proto:logs", b"payload", content_type, "", None), timeout="2s")
    assert answer == Answer(200, (("Content-Type", content_type), ("Retry-After", "7")), body)
    assert judge(answer).kind == "delivered"
    assert len(stub.got) == 1


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize(("status", "kind"), [(400, "refused"), (503, "retry")])
def test_a_refusal_is_one_whatever_becomes_of_its_body(name: str, status: int, kind: str) -> None:
    with raw_backend(UNREADABLE[name].after(HEAD.format(status))) as stub:
        answer = export(stub, batch(), timeout="2s")
    assert answer == Answer(status, (("Retry-After", "7"),), b"")
    assert judge(answer).kind == kind


@pytest.mark.parametrize("status", ["101", "600", "999", "099", "1000", "abc", ""])
def test_what_is_no_status_is_no_answer(status: str) -> None:
    with raw_backend(Scripted("Content-Length: 0\r\n\r\n", b"").after(HEAD.format(status))) as stub, pytest.raises(BackendError):
        export(stub, batch(), timeout="5s")


@pytest.mark.parametrize("value", ["caf\xe9", "caf\xc3\xa9", "中", "a\x00b", "a\rb", "a\nX-Evil: 1", "a\x7f", "\udc80"])
def test_a_header_that_would_change_on_the_way_is_left_out_and_a_tenant_is_refused(value: str) -> None:
    with raw_backend(Scripted("Content-Length: 0\r\n\r\n", b"").after(HEAD.format(200))) as stub:
        sent = batch()._replace(headers=(("x-given", value), ("x-kept", "a~ b"), ("X-Scope-OrgID", "tenant-1")))
        assert export(stub, sent).status == 200
        with pytest.raises(FramingError, match="the header x-scope-orgid can't be sent on as it came"):
            export(stub, batch()._replace(headers=(("X-Scope-OrgID", value),)))
        assert export(stub, batch()._replace(headers=(("X-Scope-OrgID", value),)), headers={"x-scope-orgid": "ours"}).status == 200
    first, second = (request.lower() for request in stub.got)
    assert b"x-kept: a~ b\r\n" in first
    assert b"x-scope-orgid: tenant-1\r\n" in first
    assert b"x-given" not in first
    assert b"evil" not in first
    assert b"x-scope-orgid: ours\r\n" in second


def test_a_tenant_with_spaces_around_it_is_not_taken_for_the_one_without() -> None:
    with raw_backend(Scripted("Content-Length: 0\r\n\r\n", b"").after(HEAD.format(200))) as stub, pytest.raises(FramingError):
        export(stub, batch()._replace(headers=(("x-scope-orgid", "tenant-1 "),)))
    assert not stub.got


def test_it_is_not_ready_while_nobody_listens() -> None:
    assert not run(exporter("http://127.0.0.1:1"), lambda exporter: exporter.is_ready())


def test_a_redirect_is_not_followed() -> None:
    with backend() as stub:
        stub.status, stub.headers = 307, {"Location": "http://127.0.0.1:1/v1/logs"}
        answer = export(stub, batch())
    assert answer.status == 307
    assert len(stub.got) == 1
