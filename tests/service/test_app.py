"""The whole service: it says when it is ready, refuses what can't work, and ends without losing anything."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import grpc
import httpx
import pytest

from config.reference import json_schema
from load.processes import free_ports
from service import app
from service.exporters.contract import OTLP_METHODS
from tests.service.payloads import ADDRESS, JSON, MARKER, PROTOBUF, encoded
from tests.service.running import ONLY_CONTACTS, TIMEOUT, Backend, backend, command, running

RECEIVER = 'receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}\n'
PIPELINE = "service: {{pipelines: {{logs: {{receivers: [otlp], exporters: [{0}]}}}}}}\n"


def proxy(stub: Backend) -> str:
    return f"{RECEIVER}exporters: {{otlp_http: {{endpoint: {stub.url}}}}}\n" + PIPELINE.format("otlp_http")


def files(folder: Path) -> str:
    return f"{RECEIVER}exporters: {{file: {{path: {folder / 'out'}}}}}\n" + PIPELINE.format("file")


def test_ready_means_that_it_can_acknowledge(tmp_path: Path) -> None:
    with running(tmp_path, files(tmp_path)) as service:
        assert (service.get("/healthz").status_code, service.get("/readyz").status_code) == (200, 200)
        for file in (tmp_path / "out").iterdir():
            file.unlink()
        (tmp_path / "out").rmdir()
        (tmp_path / "out").write_text("")
        unready = service.get("/readyz")
        assert (unready.status_code, unready.text) == (503, "not ready: file\n")
        assert service.get("/healthz").status_code == 200


def test_a_backend_that_is_down_makes_a_proxy_unready(tmp_path: Path) -> None:
    with running(tmp_path, proxy(Backend(url="http://127.0.0.1:1"))) as service:
        assert service.get("/readyz").text == "not ready: otlp_http\n"
    with backend() as stub, running(tmp_path, proxy(stub)) as service:
        assert service.get("/readyz").text == "ready\n"


def test_open_requests_are_finished_before_it_ends(tmp_path: Path) -> None:
    answers: list[int] = []
    with backend() as stub, running(tmp_path, proxy(stub)) as service:
        stub.delay = 1.0
        request = threading.Thread(target=lambda: answers.append(service.post("/v1/logs", encoded("logs", JSON, "x"), JSON).status_code))
        request.start()
        while not stub.got:
            time.sleep(0.01)
        service.stop()
        request.join()
        with pytest.raises(httpx.ConnectError):
            service.get("/healthz")
    assert answers == [200]


def test_open_grpc_requests_are_finished_before_it_ends(tmp_path: Path) -> None:
    answers: list[bytes] = []
    text = proxy(Backend(url="http://127.0.0.1:1")).replace("protocols: {", 'protocols: {grpc: {endpoint: "127.0.0.1:0"}, ')
    with (
        backend() as stub,
        running(tmp_path, text.replace("http://127.0.0.1:1", stub.url)) as service,
        grpc.insecure_channel(service.target) as channel,
    ):
        stub.delay = 1.0
        export: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(OTLP_METHODS["logs"])
        request = threading.Thread(target=lambda: answers.append(export(encoded("logs", PROTOBUF, "x"), timeout=TIMEOUT)))
        request.start()
        while not stub.got:
            time.sleep(0.01)
        service.stop()
        request.join()
        with pytest.raises(grpc.RpcError):
            export(encoded("logs", PROTOBUF, "x"), timeout=TIMEOUT)
    assert answers == [b""]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_with_everything_acknowledged_on_disk(tmp_path: Path, number: signal.Signals) -> None:
    with command(tmp_path, files(tmp_path) + ONLY_CONTACTS) as (process, url):
        for _ in range(5):
            httpx.post(
                f"{url}/v1/logs", content=encoded("logs", PROTOBUF, ADDRESS), headers={"content-type": PROTOBUF}, timeout=TIMEOUT
            ).raise_for_status()
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert (out, err) == ("", "")
    written = (tmp_path / "out" / "logs.ndjson").read_text()
    assert written.count(MARKER) == 5
    assert ADDRESS not in written


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    with command(tmp_path, files(tmp_path) + ONLY_CONTACTS) as (process, url):
        httpx.post(
            f"{url}/v1/logs", content=encoded("logs", PROTOBUF, ADDRESS), headers={"content-type": PROTOBUF}, timeout=TIMEOUT
        ).raise_for_status()
        process.kill()
        process.wait()
    assert MARKER in (tmp_path / "out" / "logs.ndjson").read_text()


def test_no_payload_gets_into_the_log(tmp_path: Path) -> None:
    with command(tmp_path, proxy(Backend(url="http://127.0.0.1:1")) + ONLY_CONTACTS) as (process, url):
        for body in (encoded("logs", JSON, ADDRESS), b'{"broken ' + ADDRESS.encode()):
            assert httpx.post(f"{url}/v1/logs", content=body, headers={"content-type": JSON}, timeout=TIMEOUT).status_code in (400, 503)
        process.terminate()
        _, err = process.communicate(timeout=30)
    assert "otlp_http: " in err
    assert ADDRESS not in err
    assert "Traceback" not in err


def serve_fails(folder: Path, text: str) -> str:
    (folder / "scrubjay.yaml").write_text(text)
    arguments = [sys.executable, "-m", "service", "serve", "--config", "scrubjay.yaml"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_an_address_in_use_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        endpoint = f"127.0.0.1:{taken.getsockname()[1]}"
        line = serve_fails(tmp_path, files(tmp_path).replace("127.0.0.1:0", endpoint))
    assert line.startswith(f"scrubjay: scrubjay.yaml: endpoint {endpoint}: an address that is free to listen on")


def test_a_path_that_can_not_be_written_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    assert serve_fails(tmp_path, files(tmp_path)).startswith("scrubjay: scrubjay.yaml: exporters.file.path: a directory that can be written to")


def test_an_address_anyone_can_reach_is_refused_unless_asked_for(tmp_path: Path) -> None:
    assert "allow_open: true" in serve_fails(tmp_path, files(tmp_path).replace("127.0.0.1:0", "0.0.0.0:0"))
    text = files(tmp_path).replace('"127.0.0.1:0"', '"0.0.0.0:0", allow_open: true')
    with running(tmp_path, text) as service:
        assert httpx.get(service.url.replace("0.0.0.0", "127.0.0.1") + "/healthz").status_code == 200


@pytest.mark.parametrize("section", ["receivers", "exporters"])
def test_every_component_of_the_schema_has_a_module_of_its_name_and_none_is_left_out(section: str) -> None:
    kinds = {pattern.strip("^").partition("(")[0] for pattern in json_schema()["properties"][section]["patternProperties"]}
    modules = {path.stem for path in (Path(app.__file__ or "").parent / section).glob("*.py")} - {"__init__"}
    assert kinds <= modules


def test_a_slash_at_the_end_of_a_path_changes_nothing(tmp_path: Path) -> None:
    with running(tmp_path, files(tmp_path)) as service:
        answers = [service.post(path, encoded("logs", PROTOBUF, "x"), PROTOBUF).status_code for path in ("/v1/logs", "/v1/logs/", "/v1/logs//")]
    assert answers == [200, 200, 404]


def test_two_addresses_are_two_servers(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    text = (
        f'receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:0"}}}}}}, ndjson: {{endpoint: "127.0.0.1:{port}"}}}}\n'
        f"exporters: {{file: {{path: {tmp_path / 'out'}}}}}\n"
        "service: {pipelines: {logs: {receivers: [otlp, ndjson], exporters: [file]}}}\n"
    )
    with running(tmp_path, text) as service:
        assert service.post("/ingest", b"x").status_code == 404
        assert httpx.post(f"http://127.0.0.1:{port}/ingest", content=b"x").status_code == 200
        assert httpx.post(f"http://127.0.0.1:{port}/v1/logs", content=b"x").status_code == 404
