"""Several exporters must all acknowledge, and nothing that goes wrong inside makes clients send for ever or drop data."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
from pathlib import Path

import pytest
import zstandard

from service.inflate import inflate
from service.receivers import pipeline
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan
from service.redaction.report import Redacted
from tests.service.payloads import ADDRESS, JSON, MARKER, PROTOBUF, encoded
from tests.service.running import Backend, backend, running

RECEIVER = 'receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}\n'
PIPELINES = "service: {{pipelines: {{logs: {{receivers: [otlp], exporters: [{0}]}}}}}}\n"


def two_files(folder: Path) -> str:
    exporters = f"exporters: {{file/one: {{path: {folder / 'one'}}}, file/two: {{path: {folder / 'two'}}}}}\n"
    return RECEIVER + exporters + PIPELINES.format("file/one, file/two")


def proxy(stub: Backend) -> str:
    return f"{RECEIVER}exporters: {{otlp_http: {{endpoint: {stub.url}}}}}\n" + PIPELINES.format("otlp_http")


def test_several_exporters_all_have_what_is_acknowledged(tmp_path: Path) -> None:
    with running(tmp_path, two_files(tmp_path)) as service:
        assert service.post("/v1/logs", encoded("logs", JSON, ADDRESS), JSON).status_code == 200
        for name in ("one", "two"):
            assert MARKER in (tmp_path / name / "logs.ndjson").read_text()


@pytest.mark.parametrize("full", ["one", "two"])
def test_if_one_exporter_fails_the_client_sends_again_and_the_other_one_is_not_interrupted(tmp_path: Path, full: str) -> None:
    (tmp_path / full).mkdir()
    (tmp_path / full / "logs.ndjson").symlink_to("/dev/full")
    other = "two" if full == "one" else "one"
    with running(tmp_path, two_files(tmp_path)) as service:
        answer = service.post("/v1/logs", encoded("logs", JSON, "x"), JSON)
        assert service.metric("scrubjay_export_total", exporter=f"file/{full}", outcome="failed") == 1
        assert service.metric("scrubjay_export_total", exporter=f"file/{other}", outcome="acknowledged") == 1
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert (tmp_path / other / "logs.ndjson").read_text().count("\n") == 1


FAULTS: list[tuple[type[Exception], int, int]] = [(ValueError, 400, 2), (RecursionError, 400, 2), (MemoryError, 503, 1)]


@pytest.mark.parametrize(("fault", "status", "tries"), FAULTS)
def test_a_payload_on_which_redaction_fails_every_time_is_refused_unless_it_may_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: type[Exception], status: int, tries: int
) -> None:
    tried: list[str] = []

    def fails(codec: str, payload: bytes, plan: Plan) -> Redacted:
        tried.append(codec)
        raise fault(ADDRESS)

    monkeypatch.setattr(pipeline, "rewrite", fails)
    with caplog.at_level(logging.DEBUG), backend() as stub, running(tmp_path, proxy(stub)) as service:
        answer = service.post("/v1/logs", encoded("logs", PROTOBUF, ADDRESS), PROTOBUF)
    assert (answer.status_code, len(tried)) == (status, tries)
    assert stub.got == []
    assert ADDRESS not in caplog.text + answer.text


def test_a_fault_that_passes_is_not_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def fails_once(codec: str, payload: bytes, plan: Plan) -> Redacted:
        tried.append(codec)
        if len(tried) == 1:
            raise ValueError
        return rewrite(codec, payload, plan)

    monkeypatch.setattr(pipeline, "rewrite", fails_once)
    with backend() as stub, running(tmp_path, proxy(stub)) as service:
        assert service.post("/v1/logs", encoded("logs", JSON, ADDRESS), JSON).status_code == 200
    assert MARKER.encode() in stub.got[0].body


@pytest.mark.parametrize(("status", "value"), [(503, "caf\xe9"), (503, "a\x01b"), (999, "1")])
def test_an_odd_answer_of_a_backend_never_becomes_a_500(tmp_path: Path, status: int, value: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(f"HTTP/1.1 {status} X\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n".encode("latin-1"))

    thread = threading.Thread(target=answer)
    thread.start()
    with listener, running(tmp_path, proxy(Backend(url=f"http://127.0.0.1:{listener.getsockname()[1]}"))) as service:
        got = service.post("/v1/logs", encoded("logs", PROTOBUF, "x"), PROTOBUF)
        thread.join(10)
    assert got.status_code in (502, 503)


NAME = ADDRESS.encode() + b"\0"
CLEAN = encoded("logs", PROTOBUF, *["nothing to see"] * 20)
ZIPPED = gzip.compress(CLEAN, mtime=0)
CARRIED = {
    "gzip": ZIPPED[:3] + b"\x08" + ZIPPED[4:10] + NAME + ZIPPED[10:],
    "zstd": b"\x50\x2a\x4d\x18" + len(NAME).to_bytes(4, "little") + NAME + zstandard.compress(CLEAN),
}


@pytest.mark.parametrize(("encoding", "body"), CARRIED.items(), ids=CARRIED.keys())
def test_what_a_compressed_body_carries_beside_its_payload_does_not_go_on(tmp_path: Path, encoding: str, body: bytes) -> None:
    with backend() as stub, running(tmp_path, proxy(stub)) as service:
        assert service.post("/v1/logs", body, PROTOBUF, content_encoding=encoding).status_code == 200
    (got,) = stub.got
    assert got.headers["content-encoding"] == encoding
    assert ADDRESS.encode() not in got.body
    assert inflate(got.body, encoding, 1 << 20) == CLEAN
