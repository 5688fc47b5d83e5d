"""The composition root: builds everything a configuration asks for, serves it, and takes it down in order.

``Service`` is everything a configuration asks for; ``run`` serves it until SIGINT or SIGTERM, then stops listening, finishes open requests,
flushes the exporters and returns. A second signal does not wait for open requests.

Each address gets one FastAPI application: the payload paths are raw routes beside ``/metrics``, ``/healthz`` and ``/readyz``.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import NamedTuple

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import PlainTextResponse
from starlette.routing import Route

from config import schema
from config.schema import Address, Config
from service.errors import ConfigError
from service.exporters.contract import OTLP_PATHS, Exporter
from service.exporters.file import FileExporter
from service.exporters.otlp_http import OtlpHttpExporter
from service.exporters.stdout import StdoutExporter
from service.receivers import ndjson
from service.receivers.endpoint import Dialect, Endpoint
from service.receivers.forwarding import Forwarding
from service.receivers.otlp import OtlpDialect
from service.receivers.pipeline import Pipeline, Shared
from service.receivers.request import Budget
from service.redaction.plan import Plan
from service.telemetry import CONTENT_TYPE_LATEST, Telemetry

_BACKLOG = 2048
_KEEP_ALIVE_SECONDS = 75


def build_exporter(name: str, settings: schema.Exporter) -> Exporter:
    """The exporter for these settings; one line per kind."""
    match settings:
        case schema.OtlpHttpExporter():
            return OtlpHttpExporter(name, settings)
        case schema.FileExporter():
            return FileExporter(name, settings)
        case schema.StdoutExporter():
            return StdoutExporter(name)


class Service:
    """Everything one configuration asks for, ready to be opened. ``apps`` are the applications by address."""

    def __init__(self, config: Config, plan: Plan) -> None:
        self.config = config
        self.telemetry = Telemetry()
        self.telemetry.describe_plan(plan.name, plan.hash, plan.catalogue)
        self.exporters = {name: build_exporter(name, settings) for name, settings in config.exporters.items()}
        self._used = {name for pipeline in config.service.pipelines.by_signal().values() for name in pipeline.exporters}
        self._worker: Executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="redaction")
        self._shared = Shared(plan, self._worker, self.telemetry)
        self._budget = Budget(config.service.max_inflight_bytes, self.telemetry.inflight_bytes)
        self._forwarding = Forwarding(plan)
        self.apps = self._build_apps()

    def _build_apps(self) -> dict[Address, FastAPI]:
        apps: dict[Address, FastAPI] = {}
        for name, receiver in self.config.receivers.items():
            address = receiver.server.address
            app = apps.get(address) or self._new_app()
            apps[address] = app
            app.router.routes.extend(self._routes(name, receiver))
        return apps

    def _routes(self, name: str, receiver: schema.Receiver) -> Iterator[Route]:
        for stream, pipeline in self.config.service.pipelines.by_signal().items():
            if name not in pipeline.receivers:
                continue
            exporters = tuple(self.exporters[exporter] for exporter in pipeline.exporters)
            passes_on = any(isinstance(exporter, OtlpHttpExporter) for exporter in exporters)
            dialect: Dialect
            match receiver:
                case schema.OtlpReceiver():
                    path, dialect = OTLP_PATHS[stream], OtlpDialect(stream, self._forwarding if passes_on else None)
                case schema.NdjsonReceiver():
                    path, dialect = ndjson.PATH, ndjson.NdjsonDialect()
            limit = receiver.server.max_request_bytes
            yield Route(path, Endpoint(dialect, Pipeline(name, stream, exporters, self._shared), limit, self._budget, self.telemetry))

    def _new_app(self) -> FastAPI:
        app = FastAPI(title="Scrubjay", docs_url=None, redoc_url=None, openapi_url=None)

        @app.get("/metrics")
        async def metrics() -> Response:
            return Response(self.telemetry.exposition(), media_type=CONTENT_TYPE_LATEST)

        @app.get("/healthz")
        async def healthz() -> Response:
            return PlainTextResponse("alive\n")

        @app.get("/readyz")
        async def readyz() -> Response:
            waiting = [name for name in sorted(self._used) if not await self.exporters[name].is_ready()]
            if waiting:
                return PlainTextResponse(f"not ready: {', '.join(waiting)}\n", status_code=503)
            return PlainTextResponse("ready\n")

        return app

    async def open(self) -> None:
        """Opens the exporters that pipelines use, and compiles what redaction needs, so that no request waits. Raises ``ConfigError``."""
        for name in sorted(self._used):
            await self.exporters[name].open()
        await asyncio.get_running_loop().run_in_executor(self._worker, self._shared.plan.warm)

    async def close(self) -> None:
        """Flushes and closes; nothing may be accepted any more."""
        for name in sorted(self._used):
            await self.exporters[name].close()
        self._worker.shutdown(wait=True)


class _Server(uvicorn.Server):
    """Leaves signals to ``serve``, which stops all servers of the process together."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(address: Address) -> socket.socket:
    """A socket that listens at ``address``. Raises ``ConfigError``."""
    try:
        family, kind, proto, _, target = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, proto)
        if sys.platform != "win32":  # there it would let another process take the port over
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(target)
        listener.listen(_BACKLOG)
    except OSError as error:
        raise ConfigError(f"endpoint {address.host}:{address.port}: an address that is free to listen on ({error.strerror})") from None
    listener.setblocking(False)
    return listener


class Stop(NamedTuple):
    """How a service is told to end: ``drain`` finishes open requests, ``force`` does not wait for them any longer."""

    drain: asyncio.Event
    force: asyncio.Event


async def serve(service: Service, listeners: Mapping[Address, socket.socket], stop: Stop, announce: Callable[[], None]) -> None:
    """Opens the exporters, calls ``announce``, serves until told to stop, drains and closes. Raises ``ConfigError``."""
    await service.open()
    announce()
    servers = [_Server(_uvicorn_config(app, service.config.service.drain_timeout)) for app in service.apps.values()]
    running = [asyncio.create_task(server.serve(sockets=[listeners[address]])) for address, server in zip(service.apps, servers, strict=True)]

    async def relay(event: asyncio.Event, attribute: str) -> None:
        await event.wait()
        for server in servers:
            setattr(server, attribute, True)

    relays = [asyncio.create_task(relay(stop.drain, "should_exit")), asyncio.create_task(relay(stop.force, "force_exit"))]
    try:
        await asyncio.gather(*running)
    finally:
        for task in relays:
            task.cancel()
        await service.close()


def _uvicorn_config(app: FastAPI, drain_timeout: float) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, round(drain_timeout)),
    )


def run(config: Config, plan: Plan, announce: Callable[[list[str]], None]) -> None:
    """Serves in this thread until a signal. ``announce`` is told the URLs once, when requests can be taken. Raises ``ConfigError``."""
    service = Service(config, plan)
    listeners = {address: bind(address) for address in service.apps}

    async def main() -> None:
        stop = Stop(asyncio.Event(), asyncio.Event())
        _stop_on_signals(stop)
        await serve(service, listeners, stop, lambda: announce([url_of(listener) for listener in listeners.values()]))

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(main())


def _stop_on_signals(stop: Stop) -> None:
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        (stop.force if stop.drain.is_set() else stop.drain).set()

    for number in (signal.SIGINT, signal.SIGTERM):
        if sys.platform == "win32":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(on_signal))
        else:
            loop.add_signal_handler(number, on_signal)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop  # there are no wheels for Windows

    return uvloop.new_event_loop


def url_of(listener: socket.socket) -> str:
    """The base URL at which a listening socket is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
