"""``POST /ingest`` takes lines in whatever form they come, and what it acknowledges is in the file, redacted."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import zstandard

from tests.service.payloads import ADDRESS, JSON, MARKER
from tests.service.running import running

LINE = f'{{"level":"info","user":"{ADDRESS}","n":1.50}}'
CLEAN = LINE.replace(ADDRESS, MARKER)


def lines(folder: Path) -> str:
    return (
        'receivers: {ndjson: {endpoint: "127.0.0.1:0", max_request_bytes: 1MiB}}\n'
        f"exporters: {{file: {{path: {folder / 'out'}}}}}\n"
        "service: {pipelines: {logs: {receivers: [ndjson], exporters: [file]}}}\n"
    )


TAKEN = [
    # content type, body, file, what is in it
    ("application/x-ndjson", f"{LINE}\n{LINE}\n", "logs.ndjson", f"{CLEAN}\n{CLEAN}\n"),
    ("application/x-ndjson", f"{LINE}\nnot json {ADDRESS}", "logs.ndjson", f"{CLEAN}\nnot json {MARKER}\n"),
    ("application/x-ndjson", f'{LINE}\n{{"cut": "{ADDRESS}', "logs.ndjson", f'{CLEAN}\n{{"cut": "{MARKER}\n'),
    ("application/x-ndjson", f"{LINE}\r\n", "logs.ndjson", f"{CLEAN}\r\n"),
    (JSON, LINE, "logs.ndjson", f"{CLEAN}\n"),
    (JSON, f"[{LINE},\n {LINE}]", "logs.ndjson", f"{CLEAN}\n{CLEAN}\n"),
    (JSON, f"{LINE}\n{LINE}\n", "logs.ndjson", f"{CLEAN}\n{CLEAN}\n"),
    (JSON, f'{{\n "user": "{ADDRESS}"\n}}', "logs.ndjson", f'{{  "user": "{MARKER}" }}\n'),
    ("text/plain; charset=utf-8", f"login {ADDRESS}\nlogout", "logs.log", f"login {MARKER}\nlogout\n"),
    ("", f"login {ADDRESS}", "logs.log", f"login {MARKER}\n"),
    ("application/x-www-form-urlencoded", f"{LINE}\n", "logs.ndjson", f"{CLEAN}\n"),
]


@pytest.mark.parametrize(("form", "body", "file", "written"), TAKEN)
def test_lines_are_taken_in_any_form(tmp_path: Path, form: str, body: str, file: str, written: str) -> None:
    with running(tmp_path, lines(tmp_path)) as service:
        answer = service.post("/ingest", body.encode(), form)
        assert (tmp_path / "out" / file).read_bytes() == written.encode()
    assert answer.status_code == 200
    assert answer.json()["redacted"] >= 1


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
def test_compressed_lines_are_taken(tmp_path: Path, encoding: str, compress: Callable[[bytes], bytes]) -> None:
    with running(tmp_path, lines(tmp_path)) as service:
        answer = service.post("/ingest", compress(f"{LINE}\n{LINE}\n".encode()), "application/x-ndjson", content_encoding=encoding)
    assert answer.json() == {"records": 2, "redacted": 2, "dropped": 0}
    assert (tmp_path / "out" / "logs.ndjson").read_text() == f"{CLEAN}\n{CLEAN}\n"


def test_any_bytes_are_taken(tmp_path: Path) -> None:
    payload = bytes(range(256)) * 10
    with running(tmp_path, lines(tmp_path)) as service:
        assert service.post("/ingest", payload, "text/plain").status_code == 200
    assert (tmp_path / "out" / "logs.log").read_bytes() == payload + b"\n"


def test_refusals_are_plain_text(tmp_path: Path) -> None:
    with running(tmp_path, lines(tmp_path)) as service:
        answers = {
            405: service.get("/ingest"),
            413: service.post("/ingest", b"x" * (2 << 20), "text/plain"),
            415: service.post("/ingest", b"x", "text/plain", content_encoding="br"),
            400: service.post("/ingest", b"x", "text/plain", content_encoding="gzip"),
        }
        assert httpx.head(service.url + "/ingest").status_code == 200
        assert service.post("/ingest", b"").status_code == 200
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.text.startswith(str(status))
    assert list((tmp_path / "out").glob("logs*")) == []


def test_a_full_disk_is_a_503(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "logs.log").symlink_to("/dev/full")
    with running(tmp_path, lines(tmp_path)) as service:
        answer = service.post("/ingest", ADDRESS.encode(), "text/plain")
    assert answer.status_code == 503
    assert ADDRESS not in answer.text


def test_both_receivers_share_a_port_and_lines_join_otlp_logs(tmp_path: Path) -> None:
    text = (
        'receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}, ndjson: {endpoint: "127.0.0.1:0"}}\n'
        f"exporters: {{file: {{path: {tmp_path / 'out'}}}, stdout: }}\n"
        "service: {pipelines: {logs: {receivers: [otlp, ndjson], exporters: [file, stdout]}}}\n"
    )
    with running(tmp_path, text) as service:
        assert service.post("/ingest", LINE.encode(), JSON).status_code == 200
        assert service.post("/v1/logs", b'{"resourceLogs":[]}', JSON).status_code == 200
        written = [json.loads(line) for line in (tmp_path / "out" / "logs.ndjson").read_text().splitlines()]
    assert written == [json.loads(CLEAN), {"resourceLogs": []}]
