"""The real service on a real port, and a real backend behind it, for as long as a ``with`` block lasts."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from aiohttp import web

from config.load import load_config, load_policy
from service.app import Service
from service.redaction.compilation import compile_plan
from service.redaction.plan import Plan
from service.serving import Ports, Stop, bind, serve, url_of

TIMEOUT = 60.0


@cache
def default_plan() -> Plan:
    """The plan of the default policy; compiled once, since that takes a second or two."""
    return compile_plan(load_policy("default", {}))


class _Thread:
    """A coroutine in an event loop in a thread, until it is told to stop."""

    def __init__(self, main: Callable[[asyncio.Event, Callable[[], None]], Coroutine[Any, Any, None]]) -> None:
        self._main = main
        self._ready = threading.Event()
        self._errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._ready.wait(TIMEOUT), "did not start in time"
        if self._errors:
            self.stop()

    def _run(self) -> None:
        async def main() -> None:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            await self._main(self._stop, self._ready.set)

        try:
            asyncio.run(main())
        except BaseException as error:  # handed over to the thread that waits
            self._errors.append(error)
        finally:
            self._ready.set()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(TIMEOUT)
        assert not self._thread.is_alive(), "did not stop in time"
        if self._errors:
            raise self._errors[0]


@dataclass
class Running:
    """A service that runs, with the URL of its first HTTP address and the target of its first gRPC address; ``stop`` drains it, as SIGTERM would."""

    url: str
    target: str
    service: Service
    stop: Callable[[], None]

    def post(self, path: str, body: bytes, content_type: str = "", **headers: str) -> httpx.Response:
        """One request on a connection of its own. Header names are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if content_type:
            sent["content-type"] = content_type
        return httpx.post(self.url + path, content=body, headers=sent, timeout=TIMEOUT)

    def get(self, path: str) -> httpx.Response:
        """One request."""
        return httpx.get(self.url + path, timeout=TIMEOUT)

    def metric(self, name: str, **labels: str) -> float:
        """The present value of a metric, or 0."""
        return self.service.telemetry.registry.get_sample_value(name, labels) or 0.0


@contextmanager
def running(folder: Path, text: str, plan: Plan | None = None) -> Iterator[Running]:
    """The service with this configuration, whose endpoints have port 0; its relative paths must be written as absolute ones."""
    file = folder / "scrubjay.yaml"
    file.write_text(text)
    service = Service(load_config(file, {}).config, plan or default_plan())
    listeners = {address: bind(address) for address in service.apps}

    bound: list[Ports] = []

    async def main(stop: asyncio.Event, ready: Callable[[], None]) -> None:
        def announce(ports: Ports) -> None:
            bound.append(ports)
            ready()

        await serve(service, listeners, Stop(stop, asyncio.Event()), announce)

    thread = _Thread(main)
    try:
        url = next((url_of(address.host, bound[0]["HTTP", address]) for address in service.apps), "")
        target = next((f"{address.host}:{bound[0]['gRPC', address]}" for address in service.grpc), "")
        yield Running(url, target, service, thread.stop)
    finally:
        thread.stop()


ONLY_CONTACTS = "policy: {detectors: {off: [secret, financial, government, network, prompt]}}\n"
"""So that a process starts in a moment: compiling the whole catalogue takes seconds."""


@contextmanager
def command(folder: Path, text: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``scrubjay serve`` as a process, and its first URL."""
    (folder / "scrubjay.yaml").write_text(text)
    arguments = [sys.executable, "-m", "service", "serve", "--config", str(folder / "scrubjay.yaml")]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(arguments, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        said: list[str] = []
        while "listens on http://" not in (announced := process.stderr.readline()):
            assert announced, "".join(said)
            said.append(announced)
        yield process, announced.split("listens on ")[1].split()[0].rstrip(",")
    finally:
        process.kill()
        process.communicate()


@dataclass
class Got:
    """A request as the backend got it: the body is not decompressed."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Backend:
    """A backend that notes what it gets and gives the answer it was told to; ``delay`` seconds later."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/x-protobuf"})
    body: bytes = b""
    delay: float = 0.0
    drop_connections: int = 0

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Takes one request."""
        self.connections.add(id(request.transport))
        if self.drop_connections and request.transport is not None:
            self.drop_connections -= 1
            request.transport.close()
            return web.Response()
        body = await request.content.read()
        self.got.append(Got(request.method, request.path_qs, {name.lower(): value for name, value in request.headers.items()}, body))
        await asyncio.sleep(self.delay)
        return web.Response(status=self.status, headers=self.headers, body=self.body)


@contextmanager
def backend() -> Iterator[Backend]:
    """A backend on a free port."""
    stub = Backend()

    async def main(stop: asyncio.Event, ready: Callable[[], None]) -> None:
        runner = web.ServerRunner(web.Server(stub.answer, auto_decompress=False, access_log=None), shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        stub.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        ready()
        await stop.wait()
        await runner.cleanup()

    thread = _Thread(main)
    try:
        yield stub
    finally:
        thread.stop()
