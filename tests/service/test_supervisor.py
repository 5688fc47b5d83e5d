"""Several workers on one port: they are one service, and one that ends is started again."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import grpc
import httpx
import pytest

from load.processes import free_ports
from service.exporters.contract import OTLP_METHODS
from tests.service.payloads import ADDRESS, MARKER, PROTOBUF, encoded
from tests.service.running import ONLY_CONTACTS, TIMEOUT, backend, command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes can't share a port there")

REQUESTS = 24


def config(folder: Path, exporter: str = "", workers: int = 2) -> str:
    exporter = exporter or f"file: {{path: {folder / 'out'}}}"
    kind = exporter.partition(":")[0]
    return (
        'receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}, grpc: {endpoint: "127.0.0.1:0"}}}}\n'
        f"exporters: {{{exporter}}}\n"
        f"service: {{workers: {workers}, pipelines: {{logs: {{receivers: [otlp], exporters: [{kind}]}}}}}}\n"
    ) + ONLY_CONTACTS


def send(url: str, count: int = 1) -> None:
    """Requests on connections of their own, which the kernel spreads over the workers."""
    for _ in range(count):
        answer = httpx.post(f"{url}/v1/logs", content=encoded("logs", PROTOBUF, ADDRESS), headers={"content-type": PROTOBUF}, timeout=TIMEOUT)
        assert answer.status_code == 200


def workers_of(process: subprocess.Popen[str]) -> set[int]:
    """The processes whose parent this is."""
    children = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[1] == str(process.pid) and fields[0] != "Z":
            children.add(int(status.parent.name))
    return children


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, "it did not come to be in time"
        time.sleep(0.05)


def count(url: str, metric: str) -> float:
    """A metric as one worker says it, for all."""
    found = re.search(rf"^{re.escape(metric)} (\S+)$", httpx.get(f"{url}/metrics", timeout=TIMEOUT).text, re.MULTILINE)
    return float(found[1]) if found else 0.0


RECORDS = 'scrubjay_records_total{outcome="redacted",receiver="otlp",signal="logs"}'


def test_requests_spread_over_workers_and_whichever_is_asked_counts_for_all(tmp_path: Path) -> None:
    with command(tmp_path, config(tmp_path)) as (process, url):
        assert len(workers_of(process)) == 2
        send(url, REQUESTS)
        assert [count(url, RECORDS) for _ in range(8)] == [float(REQUESTS)] * 8
        files = [path for path in (tmp_path / "out").iterdir() if path.suffix == ".ndjson"]
        assert sorted(path.name for path in files) == ["logs.ndjson", "logs.w1.ndjson"]
        assert sum(path.read_text().count(MARKER) for path in files) == REQUESTS
        process.terminate()
        assert process.communicate(timeout=TIMEOUT) == ("", "")
    assert process.returncode == 0


def test_a_worker_that_is_killed_is_started_again_and_what_it_counted_stays(tmp_path: Path) -> None:
    with command(tmp_path, config(tmp_path)) as (process, url):
        send(url, REQUESTS)
        before = workers_of(process)
        killed = before.pop()
        os.kill(killed, signal.SIGKILL)
        until(lambda: len(workers_of(process)) == 2 and killed not in workers_of(process))
        assert before < workers_of(process)
        until(lambda: (tmp_path / "out").is_dir() and httpx.get(f"{url}/readyz", timeout=TIMEOUT).status_code == 200)
        send(url, REQUESTS)
        assert count(url, RECORDS) == 2 * REQUESTS
        process.terminate()
        _, err = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0
    assert re.search(r"worker \d ended \(signal 9\)", err)


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    with command(tmp_path, config(tmp_path)) as (process, url):
        workers = workers_of(process)
        send(url)
        process.kill()
        until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes() for pid in workers))


@pytest.mark.parametrize("to_all", [False, True], ids=["parent alone", "parent and workers"])
def test_open_requests_are_finished_however_the_signal_comes(tmp_path: Path, to_all: bool) -> None:
    answers: list[str] = []

    def ask(url: str) -> None:
        send(url)
        answers.append("answered")

    with backend() as stub, command(tmp_path, config(tmp_path, f"otlp_http: {{endpoint: {stub.url}}}")) as (process, url):
        stub.delay = 1.0
        request = threading.Thread(target=ask, args=(url,))
        request.start()
        until(lambda: bool(stub.got))
        for pid in (process.pid, *(workers_of(process) if to_all else ())):
            os.kill(pid, signal.SIGTERM)
        request.join()
        process.communicate(timeout=TIMEOUT)
    assert answers == ["answered"]
    assert process.returncode == 0


def test_what_a_worker_that_no_longer_exists_left_in_its_queue_is_delivered(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    queue = f"sending_queue: {{storage: {tmp_path / 'queue'}}}, retry_on_failure: {{initial_interval: 100ms}}"
    queued = f"otlp_http: {{endpoint: 'http://127.0.0.1:{port}', {queue}}}"
    with command(tmp_path, config(tmp_path, queued, workers=3)) as (process, url):
        send(url, REQUESTS)
        process.kill()
        process.wait()
    assert len(list((tmp_path / "queue").glob("*/worker-*/*.db"))) > 1
    with backend() as stub:
        again = queued.replace(f"http://127.0.0.1:{port}", stub.url)
        with command(tmp_path, config(tmp_path, again, workers=1)):
            until(lambda: len(stub.got) >= REQUESTS)
    assert sum(got.body.count(MARKER.encode()) for got in stub.got) >= REQUESTS


def test_grpc_is_served_by_workers_too(tmp_path: Path) -> None:
    target = f"127.0.0.1:{free_ports(1)[0]}"
    text = config(tmp_path).replace('grpc: {endpoint: "127.0.0.1:0"}', f'grpc: {{endpoint: "{target}"}}')
    with command(tmp_path, text) as (_, url):
        for _ in range(8):
            with grpc.insecure_channel(target, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
                export: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(OTLP_METHODS["logs"])
                assert export(encoded("logs", PROTOBUF, ADDRESS), timeout=TIMEOUT) == b""
        assert count(url, RECORDS) == 8


@pytest.mark.parametrize("taken", [True, False], ids=["port in use", "folder that is a file"])
def test_a_configuration_that_can_not_work_is_one_line_and_exit_code_2(tmp_path: Path, taken: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        text = config(tmp_path)
        if taken:
            text = text.replace("127.0.0.1:0", f"127.0.0.1:{other.getsockname()[1]}", 1)
        else:
            (tmp_path / "out").write_text("")
        (tmp_path / "scrubjay.yaml").write_text(text)
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        arguments = [sys.executable, "-m", "service", "serve", "--config", "scrubjay.yaml"]
        done = subprocess.run(arguments, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 2, done.stderr
    expected = "an address that is free to listen on" if taken else "exporters.file.path: a directory that can be written to"
    assert expected in done.stderr
    assert done.stderr.count("\n") == 1
