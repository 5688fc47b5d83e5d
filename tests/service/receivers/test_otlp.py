"""OTLP/HTTP: what is acknowledged has been taken, what is refused says why in the client's own format, and nothing raw goes on."""

from __future__ import annotations

import gzip
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from google.rpc.error_details_pb2 import BadRequest
from google.rpc.status_pb2 import Status

from tests.service.payloads import ADDRESS, JSON, MARKER, PROTOBUF, SIGNALS, encoded, request
from tests.service.running import Backend, Running, backend, running

RECEIVER = 'receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}\n'
PIPELINES = "service: {{pipelines: {{traces: &p {{receivers: [otlp], exporters: [{0}]}}, metrics: *p, logs: *p}}}}\n"
FORMS = (PROTOBUF, JSON)


def proxy(stub: Backend) -> str:
    return f"{RECEIVER}exporters: {{otlp_http: {{endpoint: {stub.url}}}}}\n" + PIPELINES.format("otlp_http")


def files(folder: Path) -> str:
    return f"{RECEIVER}exporters: {{file: {{path: {folder / 'out'}}}}}\n" + PIPELINES.format("file")


def status_of(content_type: str, body: bytes) -> tuple[int, str]:
    if content_type == JSON:
        written = json.loads(body)
        return written["code"], written["message"]
    status = Status.FromString(body)
    return status.code, status.message


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("signal", SIGNALS)
class TestProxy:
    def send(self, service: Running, signal: str, form: str, payload: bytes, compress: bool) -> tuple[bytes, int]:
        body = gzip.compress(payload) if compress else payload
        headers = {"content_encoding": "gzip"} if compress else {}
        return body, service.post(f"/v1/{signal}", body, form, **headers).status_code

    def test_a_clean_request_goes_on_as_the_very_bytes_that_came(self, tmp_path: Path, signal: str, form: str, compress: bool) -> None:
        with backend() as stub, running(tmp_path, proxy(stub)) as service:
            body, status = self.send(service, signal, form, encoded(signal, form, "nothing to see"), compress)
        assert status == 200
        (got,) = stub.got
        assert (got.path, got.body) == (f"/v1/{signal}", body)
        assert got.headers["content-type"] == form
        assert got.headers.get("content-encoding", "") == ("gzip" if compress else "")

    def test_a_finding_is_redacted_and_the_rest_is_what_came(self, tmp_path: Path, signal: str, form: str, compress: bool) -> None:
        with backend() as stub, running(tmp_path, proxy(stub)) as service:
            payload = encoded(signal, form, "before", f"mail {ADDRESS} now", "after")
            _, status = self.send(service, signal, form, payload, compress)
        assert status == 200
        got = gzip.decompress(stub.got[0].body) if compress else stub.got[0].body
        assert ADDRESS.encode() not in got
        wanted = ("before", f"mail {MARKER} now", "after")
        if form == PROTOBUF:
            assert type(request(signal)).FromString(got) == request(signal, *wanted)
        else:
            assert got == payload.replace(ADDRESS.encode(), MARKER.encode())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("signal", SIGNALS)
def test_an_acknowledged_request_is_in_the_file_redacted(tmp_path: Path, signal: str, form: str) -> None:
    with running(tmp_path, files(tmp_path)) as service:
        answer = service.post(f"/v1/{signal}", encoded(signal, form, f"mail {ADDRESS} now"), form)
        text = (tmp_path / "out" / f"{signal}.ndjson").read_text()
    assert (answer.status_code, answer.headers["content-type"]) == (200, form)
    assert answer.content == (b"{}" if form == JSON else b"")
    assert text.count("\n") == 1
    assert f"mail {MARKER} now" in text
    assert ADDRESS not in text
    assert json.loads(text)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", ["/v1/traces", "/v1/metrics", "/v1/logs"])
def test_an_empty_request_is_a_success(tmp_path: Path, path: str, form: str) -> None:
    with running(tmp_path, files(tmp_path)) as service:
        for body in (b"", b"{}" if form == JSON else b""):
            answer = service.post(path, body, form)
            assert (answer.status_code, answer.headers["content-type"]) == (200, form)


MALFORMED = [
    (PROTOBUF, b"\xff\xff\xff"),
    (PROTOBUF, b"\x0a\x7f" + b"x"),
    (PROTOBUF, encoded("traces", PROTOBUF, "x" * 40)[:-7]),
    (JSON, b'{"resourceSpans":'),
    (JSON, b"[]"),
    (JSON, b"not json " + ADDRESS.encode()),
]


@pytest.mark.parametrize(("form", "body"), MALFORMED, ids=[f"{form} {body[:12]!r}" for form, body in MALFORMED])
def test_what_can_not_be_read_is_a_400_with_a_status_and_nothing_goes_on(tmp_path: Path, form: str, body: bytes) -> None:
    with backend() as stub, running(tmp_path, proxy(stub)) as service:
        answer = service.post("/v1/traces", body, form)
    assert (answer.status_code, answer.headers["content-type"]) == (400, form)
    code, message = status_of(form, answer.content)
    assert code == 3  # INVALID_ARGUMENT
    assert message
    assert ADDRESS not in message
    assert stub.got == []


def test_the_status_of_a_400_has_bad_request_details(tmp_path: Path) -> None:
    with running(tmp_path, files(tmp_path)) as service:
        answer = service.post("/v1/logs", b"\xff", PROTOBUF)
    details = BadRequest()
    (packed,) = Status.FromString(answer.content).details
    assert packed.Unpack(details)
    assert details.field_violations[0].description == Status.FromString(answer.content).message


@pytest.mark.parametrize("form", [f"{JSON}; charset=utf-8", f"{JSON};charset=UTF-8", "Application/JSON"])
def test_a_charset_parameter_does_no_harm(tmp_path: Path, form: str) -> None:
    with running(tmp_path, files(tmp_path)) as service:
        answer = service.post("/v1/logs", encoded("logs", JSON, "x"), form)
    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON)


def test_wrong_methods_and_media_types_get_the_collectors_plain_text(tmp_path: Path) -> None:
    with running(tmp_path, files(tmp_path)) as service:
        wrong_method = service.get("/v1/traces")
        wrong_type = service.post("/v1/traces", b"x", "text/html")
        no_type = service.post("/v1/traces", b"x")
        wrong_encoding = service.post("/v1/traces", b"x", PROTOBUF, content_encoding="br")
        elsewhere = service.post("/v1/profiles", b"x", PROTOBUF)
    assert (wrong_method.status_code, wrong_method.text) == (405, "405 method not allowed, supported: [POST]")
    assert wrong_method.headers["allow"] == "POST"
    for answer in (wrong_type, no_type):
        assert (answer.status_code, answer.text) == (415, f"415 unsupported media type, supported: [{JSON}, {PROTOBUF}]")
        assert answer.headers["content-type"].startswith("text/plain")
    assert wrong_encoding.status_code == 415
    assert elsewhere.status_code == 404


def test_a_signal_without_a_pipeline_is_not_served(tmp_path: Path) -> None:
    text = RECEIVER + "exporters: {stdout: }\nservice: {pipelines: {logs: {receivers: [otlp], exporters: [stdout]}}}\n"
    with running(tmp_path, text) as service:
        assert service.post("/v1/traces", b"", PROTOBUF).status_code == 404


LIMITED = RECEIVER.replace('"127.0.0.1:0"', '"127.0.0.1:0", max_request_bytes: 1MiB')


def test_the_size_limit_holds_as_received_chunked_and_after_decompression(tmp_path: Path) -> None:
    text = LIMITED + files(tmp_path).removeprefix(RECEIVER)
    large = encoded("logs", PROTOBUF, "x" * (1 << 20))
    with running(tmp_path, text) as service:
        answers = [
            service.post("/v1/logs", large, PROTOBUF),
            service.post("/v1/logs", gzip.compress(large), PROTOBUF, content_encoding="gzip"),
            _post_chunked(service, "/v1/logs", large),
        ]
        fits = service.post("/v1/logs", encoded("logs", PROTOBUF, "x" * 1000), PROTOBUF)
        assert service.metric("scrubjay_inflight_bytes") == 0
        assert service.metric("scrubjay_unprocessable_total", receiver="otlp", reason="too_large") == 3
    assert [answer.status_code for answer in answers] == [413, 413, 413]
    assert {(answer.headers["content-type"], status_of(PROTOBUF, answer.content)[0]) for answer in answers} == {(PROTOBUF, 8)}
    assert fits.status_code == 200
    assert (tmp_path / "out" / "logs.ndjson").read_bytes().count(b"\n") == 1


def _post_chunked(service: Running, path: str, body: bytes) -> httpx.Response:
    return httpx.post(service.url + path, content=iter([body[:1000], body[1000:]]), headers={"content-type": PROTOBUF}, timeout=30)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 502, 503])
def test_the_backends_answer_is_the_clients_answer(tmp_path: Path, status: int) -> None:
    with backend() as stub, running(tmp_path, proxy(stub)) as service:
        stub.status, stub.body = status, b"\x12\x04full"
        stub.headers = {"Content-Type": PROTOBUF, "Retry-After": "9"}
        answer = service.post("/v1/traces", encoded("traces", PROTOBUF, "x"), PROTOBUF)
    assert (answer.status_code, answer.content, answer.headers["retry-after"]) == (status, b"\x12\x04full", "9")


@pytest.mark.parametrize("form", FORMS)
def test_a_backend_that_can_not_be_reached_is_a_503_so_that_the_client_sends_again(tmp_path: Path, form: str) -> None:
    unreachable = Backend(url="http://127.0.0.1:1")
    with running(tmp_path, proxy(unreachable)) as service:
        answer = service.post("/v1/traces", encoded("traces", form, ADDRESS), form)
        assert service.metric("scrubjay_records_total", receiver="otlp", signal="traces", outcome="unacknowledged") == 1
        assert service.metric("scrubjay_findings_total", detector="email", action="replace", signal="traces") == 0
    assert (answer.status_code, answer.headers["content-type"]) == (503, form)
    code, message = status_of(form, answer.content)
    assert code == 14  # UNAVAILABLE
    assert ADDRESS not in message


def test_a_full_disk_is_a_503_and_never_a_500(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "logs.ndjson").symlink_to("/dev/full")
    with running(tmp_path, files(tmp_path)) as service:
        assert service.post("/v1/logs", encoded("logs", PROTOBUF, "x"), PROTOBUF).status_code == 503
        assert service.post("/v1/traces", encoded("traces", PROTOBUF, "x"), PROTOBUF).status_code == 200


def test_too_much_at_once_is_a_503_and_memory_is_given_back(tmp_path: Path) -> None:
    text = files(tmp_path).replace("service: {", "service: {max_inflight_bytes: 16KiB, ")
    body = encoded("logs", PROTOBUF, "x" * 7000)
    with running(tmp_path, text) as service:
        parts = urlsplit(service.url)
        with ExitStack() as held:
            for _ in range(2):
                connection = held.enter_context(socket.create_connection((parts.hostname or "", parts.port or 0)))
                connection.sendall(b"POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 8000\r\n\r\n" % PROTOBUF.encode())
                connection.sendall(b"\0" * 7999)
            while service.metric("scrubjay_inflight_bytes") < 2 * 7999:
                time.sleep(0.01)
            refused = service.post("/v1/logs", body, PROTOBUF)
        while service.metric("scrubjay_inflight_bytes"):
            time.sleep(0.01)
        taken = service.post("/v1/logs", body, PROTOBUF)
        never = service.post("/v1/logs", encoded("logs", PROTOBUF, "x" * 9000), PROTOBUF)
        inflated = service.post("/v1/logs", gzip.compress(encoded("logs", PROTOBUF, "x" * 9000)), PROTOBUF, content_encoding="gzip")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert taken.status_code == 200
    assert (never.status_code, inflated.status_code) == (413, 413), "half of all there is, as sent and decompressed: more would never fit"


def test_a_client_that_goes_away_halfway_leaves_nothing_behind(tmp_path: Path) -> None:
    with running(tmp_path, files(tmp_path)) as service:
        parts = urlsplit(service.url)
        with socket.create_connection((parts.hostname or "", parts.port or 0)) as connection:
            connection.sendall(b"POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: " + PROTOBUF.encode() + b"\r\nContent-Length: 999\r\n\r\nabc")
        assert service.post("/v1/traces", encoded("traces", PROTOBUF, "x"), PROTOBUF).status_code == 200
        assert service.metric("scrubjay_inflight_bytes") == 0
    assert not (tmp_path / "out" / "logs.ndjson").exists()


def test_large_bodies_do_not_hold_up_small_ones(tmp_path: Path) -> None:
    """Bodies over 256 KiB are worked on beside the loop; all are acknowledged and none is lost."""
    large = encoded("logs", JSON, *(f"row {number} {ADDRESS}" for number in range(20_000)))
    with running(tmp_path, files(tmp_path)) as service, ThreadPoolExecutor(4) as pool:
        slow = [pool.submit(service.post, "/v1/logs", large, JSON) for _ in range(2)]
        small = [service.post("/v1/traces", encoded("traces", PROTOBUF, "x"), PROTOBUF).status_code for _ in range(10)]
        assert small == [200] * 10
        assert [answer.result().status_code for answer in slow] == [200, 200]
    text = (tmp_path / "out" / "logs.ndjson").read_text()
    assert text.count("\n") == 2
    assert text.count(MARKER) == 40_000
    assert ADDRESS not in text


def test_headers_go_on_as_a_proxy_passes_them(tmp_path: Path) -> None:
    token = "Bearer " + "t" * 24
    sent = {
        "authorization": token,
        "x_scope_orgid": "tenant-1",
        "user_agent": "OTel-OTLP-Exporter-Python/1.45",
        "cookie": "session=1",
        "baggage": f"user={ADDRESS}",
        "x_forwarded_for": "192.0.2.1",
        "x_note": f"from {ADDRESS}",
        "connection": "keep-alive, x-hop",
        "x_hop": "1",
    }
    with backend() as stub, running(tmp_path, proxy(stub)) as service:
        assert service.post("/v1/logs", encoded("logs", PROTOBUF, "x"), PROTOBUF, **sent).status_code == 200
    got = stub.got[0].headers
    assert (got["authorization"], got["x-scope-orgid"], got["user-agent"]) == (token, "tenant-1", sent["user_agent"])
    assert got["x-note"] == f"from {MARKER}"
    assert not got.keys() & {"cookie", "baggage", "x-forwarded-for", "x-hop"}
    assert got["host"] == stub.url.removeprefix("http://")


def test_a_tenant_that_the_policy_would_change_is_refused(tmp_path: Path) -> None:
    with backend() as stub, running(tmp_path, proxy(stub)) as service:
        answer = service.post("/v1/logs", encoded("logs", PROTOBUF, "x"), PROTOBUF, x_scope_orgid=ADDRESS)
    assert answer.status_code == 400
    assert stub.got == []
    assert ADDRESS.encode() not in answer.content


def test_the_query_does_not_go_on(tmp_path: Path) -> None:
    with backend() as stub, running(tmp_path, proxy(stub)) as service:
        service.post(f"/v1/logs?mail={ADDRESS}", encoded("logs", PROTOBUF, "x"), PROTOBUF)
    assert stub.got[0].path == "/v1/logs"


def test_what_was_done_is_counted_and_no_label_holds_what_was_found(tmp_path: Path) -> None:
    with running(tmp_path, files(tmp_path)) as service:
        service.post("/v1/logs", encoded("logs", PROTOBUF, ADDRESS, "clean"), PROTOBUF)
        page = service.get("/metrics").text
        assert service.metric("scrubjay_findings_total", detector="email", action="replace", signal="logs") == 1
        assert service.metric("scrubjay_records_total", receiver="otlp", signal="logs", outcome="redacted") == 1
        assert service.metric("scrubjay_records_total", receiver="otlp", signal="logs", outcome="clean") == 1
        assert service.metric("scrubjay_export_total", exporter="file", outcome="acknowledged") == 1
    assert ADDRESS not in page
    assert 'scrubjay_plan_info{catalogue="' in page
    assert "scrubjay_request_seconds_bucket" in page
