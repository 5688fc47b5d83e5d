"""The programs of a test as processes: the Collector and the service, started as a user would, until a ``with`` block ends.

Contract: a program that is handed out has said that it is ready. At the block's end it gets SIGTERM, which both take as "finish what
you have, then go", and the wait for it is bounded. What it logs is in a file, for the message of a test that fails.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load.processes import free_ports

START_SECONDS = 60.0
STOP_SECONDS = 120.0

Settings = Mapping[str, Any]


@dataclass
class Program:
    """A program that runs, and where it listens: transport (``http``, ``grpc``) → port."""

    name: str
    ports: dict[str, int]
    log: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    def url(self, transport: str) -> str:
        """Where a client sends to."""
        return f"http://127.0.0.1:{self.ports[transport]}"

    def logged(self) -> str:
        """What it has said so far."""
        return self.log.read_text(errors="replace")

    def stop(self) -> None:
        """SIGTERM, then a bounded wait; a program that ended by itself, or does not end, fails the test."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_SECONDS)
        assert code == 0, f"{self.name} ended with {code}:\n{self.logged()[-4000:]}"


@contextmanager
def started(name: str, command: Sequence[str | Path], folder: Path, ports: dict[str, int], ready: str) -> Iterator[Program]:
    """The program, as soon as it has logged ``ready``: its ports may take connections long before it does anything with them."""
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    program = Program(name, ports, log, process)
    try:
        _wait_for(program, ready)
        yield program
        program.stop()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _wait_for(program: Program, ready: str) -> None:
    until = time.monotonic() + START_SECONDS
    while ready not in program.logged():
        assert program.process.poll() is None, f"{program.name} did not start:\n{program.logged()[-4000:]}"
        assert time.monotonic() < until, f"{program.name} is not ready in {START_SECONDS:.0f} s:\n{program.logged()[-4000:]}"
        time.sleep(0.05)


RECORDED: Settings = {"format": "proto", "flush_interval": "200ms"}
"""The file exporter's form that keeps everything: each request as protobuf, behind its length."""


@contextmanager
def running_collector(program: Path, folder: Path, name: str, exporters: Settings, tls: Settings | None = None) -> Iterator[Program]:
    """A Collector that takes OTLP over both transports and hands all three signals to these exporters."""
    http, grpc = free_ports(2)
    secured = {} if tls is None else {"tls": dict(tls)}
    listens = {"http": {"endpoint": f"127.0.0.1:{http}", **secured}, "grpc": {"endpoint": f"127.0.0.1:{grpc}", **secured}}
    config = {
        "receivers": {"otlp": {"protocols": listens}},
        "exporters": dict(exporters),
        "service": {"telemetry": {"metrics": {"level": "none"}}, "pipelines": _pipelines(exporters)},
    }
    file = folder / f"{name}.yaml"
    file.write_text(json.dumps(config))
    with started(name, [program, "--config", file], folder, {"http": http, "grpc": grpc}, "Everything is ready") as running:
        yield running


@contextmanager
def running_service(
    folder: Path, exporters: Settings, transports: Mapping[str, Settings], name: str = "scrubjay", **service: Any
) -> Iterator[Program]:
    """``scrubjay serve`` with the default policy: an OTLP receiver with these transports and their settings, and exporters by id."""
    ports = dict(zip(transports, free_ports(len(transports)), strict=True))
    listens = {transport: {"endpoint": f"127.0.0.1:{ports[transport]}", **settings} for transport, settings in transports.items()}
    config = {
        "receivers": {"otlp": {"protocols": listens}},
        "exporters": dict(exporters),
        "service": {"workers": 1, "pipelines": _pipelines(exporters), **service},
        "policy": "default",
    }
    file = folder / f"{name}.yaml"
    file.write_text(json.dumps(config))
    command: list[str | Path] = [Path(sys.executable).parent / "scrubjay", "serve", "--config", file]
    with started(name, command, folder, ports, "listens on") as running:
        yield running


def _pipelines(exporters: Settings) -> dict[str, Any]:
    return {signal_: {"receivers": ["otlp"], "exporters": list(exporters)} for signal_ in ("traces", "logs", "metrics")}
