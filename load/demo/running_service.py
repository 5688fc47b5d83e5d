"""Scrubjay itself, run as a user would: the command, a configuration file, a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from load.demo.errors import DemoError
from load.processes import free_ports

SCRUBJAY = (sys.executable, "-m", "service")
START_SECONDS = 90.0
STOP_SECONDS = 10.0
ANSWER_SECONDS = 15.0


@dataclass(frozen=True)
class RunningService:
    """Where the service listens, and everything it writes: ``data`` (the exporter's files) and ``output`` (its own log)."""

    url: str
    data: Path
    output: Path

    def get(self, path: str) -> bytes:
        return request("GET", f"{self.url}{path}")

    def ingest(self, body: bytes, content_type: str) -> bytes:
        return request("POST", f"{self.url}/ingest", body, {"Content-Type": content_type})

    def written(self) -> dict[str, bytes]:
        """Every file the service wrote, its log included."""
        files = [path for path in sorted(self.data.rglob("*")) if path.is_file()]
        return {path.name: path.read_bytes() for path in [*files, self.output]}


def request(method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    """The answer's body; ``trust_env`` off, because the service is on this machine and never behind a proxy."""
    try:
        answer = httpx.request(method, url, content=body, headers=headers, timeout=ANSWER_SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        raise DemoError(f"the service did not answer {url} ({type(error).__name__})") from None
    if not answer.is_success:
        raise DemoError(f"the service answered {answer.status_code} to {url}")
    return answer.content


def write_configuration(folder: Path, port: int) -> Path:
    """The default configuration on a port and in a folder of the demo's own. JSON is YAML, and quotes any path."""
    endpoint = f"127.0.0.1:{port}"
    file = folder / "scrubjay.yaml"
    pipelines = {signal: {"receivers": ["otlp"], "exporters": ["file"]} for signal in ("traces", "metrics")}
    configuration = {
        "version": 1,
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": endpoint}}}, "ndjson": {"endpoint": endpoint}},
        "exporters": {"file": {"path": str(folder / "data")}},
        "service": {"pipelines": pipelines | {"logs": {"receivers": ["otlp", "ndjson"], "exporters": ["file"]}}},
        "policy": "default",
    }
    file.write_text(json.dumps(configuration, indent=2))
    return file


@contextmanager
def running_service(folder: Path) -> Iterator[RunningService]:
    """``scrubjay serve``, ready for as long as the block lasts, then stopped the polite way and checked for a clean exit."""
    (port,) = free_ports(1)
    service = RunningService(f"http://127.0.0.1:{port}", folder / "data", folder / "service.log")
    command = [*SCRUBJAY, "serve", "--config", str(write_configuration(folder, port))]
    with service.output.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        wait_until_ready(service, process)
        yield service
        stop(process)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def wait_until_ready(service: RunningService, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise DemoError(f"the service did not start (exit code {process.returncode}): {last_line(service.output)}")
        try:
            service.get("/readyz")
            return
        except DemoError:
            time.sleep(0.1)
    raise DemoError(f"the service was not ready within {START_SECONDS:.0f} s: {last_line(service.output)}")


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        code = process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        raise DemoError(f"the service did not stop within {STOP_SECONDS:.0f} s of SIGTERM") from None
    if code != 0:
        raise DemoError(f"the service ended with exit code {code}")


def last_line(output: Path) -> str:
    lines = output.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it printed nothing"


def pipe(log: bytes) -> tuple[bytes, bytes]:
    """``scrubjay pipe`` as a Unix filter: what it printed, and what it said on standard error."""
    try:
        done = subprocess.run([*SCRUBJAY, "pipe"], input=log, capture_output=True, timeout=START_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise DemoError(f"scrubjay pipe did not finish within {START_SECONDS:.0f} s") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise DemoError(f"scrubjay pipe ended with exit code {done.returncode}: {said[-1] if said else 'it printed nothing'}")
    return done.stdout, done.stderr
