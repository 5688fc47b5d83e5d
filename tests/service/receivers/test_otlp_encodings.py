"""OTLP/HTTP, compressed: gzip and zstd are taken, and what they hide is treated as if it had come plain."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from google.rpc.status_pb2 import Status

from tests.service.payloads import ADDRESS, JSON, MARKER, PROTOBUF, SIGNALS, encoded
from tests.service.running import backend, running

RECEIVER = 'receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0", max_request_bytes: 1MiB}}}}\n'
PIPELINES = "service: {{pipelines: {{traces: &p {{receivers: [otlp], exporters: [{0}]}}, metrics: *p, logs: *p}}}}\n"
FORMS = (PROTOBUF, JSON)
Compress = Callable[[bytes], bytes]
each_encoding = pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])


def files(folder: Path) -> str:
    return f"{RECEIVER}exporters: {{file: {{path: {folder / 'out'}}}}}\n" + PIPELINES.format("file")


def unpacked(body: bytes, encoding: str) -> bytes:
    match encoding:
        case "gzip":
            return gzip.decompress(body)
        case "zstd":
            return zstandard.decompress(body)
    return body


@each_encoding
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("signal", SIGNALS)
def test_a_compressed_request_is_redacted_and_goes_on(tmp_path: Path, signal: str, form: str, encoding: str, compress: Compress) -> None:
    payload = encoded(signal, form, "before", f"mail {ADDRESS} now", "after")
    with backend() as stub:
        text = f"{RECEIVER}exporters: {{otlp_http: {{endpoint: {stub.url}}}}}\n" + PIPELINES.format("otlp_http")
        with running(tmp_path, text) as service:
            for body in (payload, encoded(signal, form, "clean")):
                assert service.post(f"/v1/{signal}", compress(body), form, content_encoding=encoding).status_code == 200
    redacted, clean = (unpacked(got.body, got.headers.get("content-encoding", "")) for got in stub.got)
    assert ADDRESS.encode() not in redacted
    assert MARKER.encode() in redacted
    assert clean == encoded(signal, form, "clean")


@each_encoding
@pytest.mark.parametrize("form", FORMS)
def test_a_compression_of_nothing_is_an_empty_request(tmp_path: Path, form: str, encoding: str, compress: Compress) -> None:
    with running(tmp_path, files(tmp_path)) as service:
        answer = service.post("/v1/traces", compress(b""), form, content_encoding=encoding)
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, form, b"{}" if form == JSON else b"")


@each_encoding
@pytest.mark.parametrize("form", FORMS)
def test_what_is_too_large_decompressed_is_a_413_with_a_status_and_is_not_sent_again(
    tmp_path: Path, form: str, encoding: str, compress: Compress
) -> None:
    with running(tmp_path, files(tmp_path)) as service:
        answer = service.post("/v1/logs", compress(encoded("logs", form, "x" * (2 << 20))), form, content_encoding=encoding)
        assert service.metric("scrubjay_inflight_bytes") == 0
    assert (answer.status_code, answer.headers["content-type"]) == (413, form)
    assert "retry-after" not in answer.headers
    code = json.loads(answer.content)["code"] if form == JSON else Status.FromString(answer.content).code
    assert code == 8  # RESOURCE_EXHAUSTED


BROKEN = [
    ("gzip", b"\x1f\x8b broken"),
    ("gzip", gzip.compress(b"x" * 1000, mtime=0)[:-9]),
    ("gzip", b"not gzip"),
    ("zstd", b"\x28\xb5\x2f\xfd broken"),
    ("zstd", zstandard.compress(b"x" * 1000)[:-1]),
    ("zstd", gzip.compress(b"", mtime=0)),
]


@pytest.mark.parametrize(("encoding", "body"), BROKEN)
def test_a_broken_body_is_a_400(tmp_path: Path, encoding: str, body: bytes) -> None:
    with running(tmp_path, files(tmp_path)) as service:
        answer = service.post("/v1/logs", body, PROTOBUF, content_encoding=encoding)
    assert answer.status_code == 400
    assert Status.FromString(answer.content).code == 3  # INVALID_ARGUMENT
