"""The composition root: builds everything a configuration asks for in one process, opens it, and takes it down in order.

Each address gets one FastAPI application: the payload paths are raw routes beside ``/metrics``, ``/healthz`` and ``/readyz``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import PlainTextResponse
from starlette.routing import Route

from config import schema
from config.schema import Address, Config
from service.delivery.queued import QueuedExporter
from service.delivery.worker import Worker
from service.exporters.contract import OTLP_PATHS, Exporter
from service.exporters.file import FileExporter
from service.exporters.otlp_grpc import OtlpGrpcExporter
from service.exporters.otlp_http import OtlpHttpExporter
from service.exporters.stdout import StdoutExporter
from service.machine import Limits
from service.receivers import ndjson
from service.receivers.cors import with_cors
from service.receivers.endpoint import Dialect, Endpoint
from service.receivers.forwarding import Forwarding
from service.receivers.otlp import OtlpDialect
from service.receivers.otlp_grpc import OtlpGrpcServer
from service.receivers.pipeline import Pipeline, Shared
from service.receivers.request import Budget
from service.receivers.shadow import Trial
from service.receivers.shadow_routes import diff_routes
from service.recognition.redaction import redaction_of
from service.redaction.compilation import compile_plan
from service.redaction.plan import Plan
from service.telemetry import CONTENT_TYPE_LATEST, Telemetry

Listening = tuple[str, Address]
"""``HTTP`` or ``gRPC``, and the address as configured: two that leave the port to the system are two all the same."""


@dataclass(frozen=True)
class Place:
    """Where a process stands: which of how many workers it is, on what machine, on which ports, and where they keep their metrics.

    ``ports`` are those that were reserved for the configured addresses; an address without one is bound as configured.
    """

    index: int = 0
    count: int = 1
    machine: Limits = field(default_factory=Limits)
    ports: Mapping[Listening, int] = field(default_factory=dict)
    metrics: Path | None = None


def build_exporter(name: str, settings: schema.Exporter, worker: int) -> Exporter:
    """The exporter for these settings; one line per kind."""
    match settings:
        case schema.OtlpHttpExporter():
            return OtlpHttpExporter(name, settings)
        case schema.OtlpGrpcExporter():
            return OtlpGrpcExporter(name, settings)
        case schema.FileExporter():
            return FileExporter(name, settings, worker)
        case schema.StdoutExporter():
            return StdoutExporter(name)


class Service:
    """Everything one configuration asks for in one process, ready to be opened.

    ``apps`` are the HTTP applications by address, ``grpc`` the gRPC servers by address.
    """

    def __init__(self, config: Config, plan: Plan, place: Place | None = None) -> None:
        self.config = config
        self.place = place = place or Place()
        self.telemetry = Telemetry(place.metrics)
        self.telemetry.describe_plan(plan.name, plan.hash, plan.catalogue)
        self._redaction = redaction_of(plan)
        self._used = {name for pipeline in config.service.pipelines.by_signal().values() for name in pipeline.exporters}
        self.exporters = {name: self._exporter(name) for name in sorted(self._used)}
        self._worker: Executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="redaction")
        self._shared = Shared(self._redaction, self._worker, self.telemetry)
        self._beside: Executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="shadow")
        self._trials: dict[str, Trial] = {signal: self._trial(plan, shadow) for signal, shadow in _shadows(config)}
        self._most = config.service.max_inflight_bytes or max(place.machine.inflight_bytes(place.count), 2 * _largest_request(config))
        self._budget = Budget(self._most, self.telemetry.inflight_bytes)
        self._forwarding, self._tenant_only = Forwarding(plan), Forwarding(plan, tenant_only=True)
        self.apps = self._build_apps()
        self.grpc = {server.address: self._build_grpc(name, server) for name, server in _grpc_servers(config)}

    def _trial(self, live: Plan, shadow: schema.Shadow) -> Trial:
        return Trial(live, compile_plan(shadow.policy), shadow.sample, self._beside, self.telemetry.shadow_batches)

    def _exporter(self, name: str) -> Exporter:
        settings, place = self.config.exporters[name], self.place
        exporter = build_exporter(name, settings, place.index)
        if not isinstance(settings, schema.OtlpExporter) or settings.sending_queue is None:
            return exporter
        return QueuedExporter(
            exporter, settings, self._redaction, Worker(place.index, place.count), self.config.service.drain_timeout, self.telemetry
        )

    def _build_grpc(self, name: str, server: schema.GrpcServer) -> OtlpGrpcServer:
        pipelines: dict[str, Pipeline] = {}
        forwarding: dict[str, Forwarding] = {}
        for signal, pipeline in self._pipelines(name).items():
            pipelines[signal], forwarding[signal] = pipeline, self._forwards(signal)
        host, port = server.address
        reserved = self.place.ports.get(("gRPC", server.address), port)
        there = server.model_copy(update={"endpoint": f"[{host}]:{reserved}" if ":" in host else f"{host}:{reserved}"})
        return OtlpGrpcServer(there, pipelines, forwarding, self._limit(server), self._budget, self.telemetry)

    def _build_apps(self) -> dict[Address, FastAPI]:
        apps: dict[Address, FastAPI] = {}
        for name, receiver in self.config.receivers.items():
            server = receiver.server
            if server is None:
                continue
            app = apps.get(server.address) or self._new_app()
            apps[server.address] = app
            app.router.routes.extend(self._routes(name, receiver, server))
        return apps

    def _routes(self, name: str, receiver: schema.Receiver, server: schema.HttpServer) -> Iterator[Route]:
        for stream, pipeline in self._pipelines(name).items():
            dialect: Dialect
            match receiver:
                case schema.OtlpReceiver():
                    path, dialect = OTLP_PATHS[stream], OtlpDialect(stream, self._forwards(stream))
                case schema.NdjsonReceiver():
                    path, dialect = ndjson.PATH, ndjson.NdjsonDialect(self._forwards(stream))
            endpoint = Endpoint(dialect, pipeline, self._limit(server), self._budget, self.telemetry)
            for spelling in (path, f"{path}/"):  # clients don't follow redirects
                yield Route(spelling, with_cors(endpoint, server.cors))

    def _pipelines(self, receiver: str) -> dict[schema.Signal, Pipeline]:
        """What a receiver feeds, by signal."""
        return {
            stream: Pipeline(receiver, stream, tuple(self.exporters[name] for name in pipeline.exporters), self._shared, self._trials.get(stream))
            for stream, pipeline in self.config.service.pipelines.by_signal().items()
            if receiver in pipeline.receivers
        }

    def _forwards(self, signal: schema.Signal) -> Forwarding:
        """What picks the headers that go on: all that may, where there is a backend to get them."""
        pipeline = self.config.service.pipelines.by_signal()[signal]
        to_backend = any(isinstance(self.config.exporters[name], schema.OtlpExporter) for name in pipeline.exporters)
        return self._forwarding if to_backend else self._tenant_only

    def _limit(self, server: schema.Server) -> int:
        return server.max_request_bytes or min(self.place.machine.request_bytes(self.place.count), self._most // 2)

    def _new_app(self) -> FastAPI:
        app = FastAPI(title="Scrubjay", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)

        @app.get("/metrics")
        async def metrics() -> Response:
            return Response(self.telemetry.exposition(), media_type=CONTENT_TYPE_LATEST)

        @app.get("/healthz")
        async def healthz() -> Response:
            return PlainTextResponse("alive\n")

        @app.get("/readyz")
        async def readyz() -> Response:
            waiting = [name for name, exporter in self.exporters.items() if not await exporter.is_ready()]
            waiting += ["gRPC" for server in self.grpc.values() if not server.is_serving]
            if waiting:
                return PlainTextResponse(f"not ready: {', '.join(waiting)}\n", status_code=503)
            return PlainTextResponse("ready\n")

        if self._trials:
            app.router.routes.extend(diff_routes(self._trials, self.place.index, self.place.count))
        return app

    async def open(self) -> None:
        """Opens the exporters that pipelines use, and compiles what redaction needs, so that no request waits. Raises ``ConfigError``."""
        for exporter in self.exporters.values():
            await exporter.open()
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._worker, self._redaction.plan.warm)
        for trial in self._trials.values():
            await loop.run_in_executor(self._beside, trial.warm)
        await loop.run_in_executor(self._worker, self._redaction.ready)

    def hurry(self) -> None:
        """``close`` is not to wait for queues to be delivered any longer."""
        for exporter in self.exporters.values():
            if isinstance(exporter, QueuedExporter):
                exporter.hurry()

    async def close(self) -> None:
        """Flushes and closes; nothing may be accepted any more."""
        await asyncio.gather(*(exporter.close() for exporter in self.exporters.values()))
        self._worker.shutdown(wait=True)
        self._beside.shutdown(wait=False, cancel_futures=True)
        self._redaction.close()


def _largest_request(config: Config) -> int:
    """In bytes; 0 where nothing is configured."""
    servers: list[schema.Server | None] = [receiver.server for receiver in config.receivers.values()]
    servers += [server for _, server in _grpc_servers(config)]
    return max((server.max_request_bytes or 0 for server in servers if server is not None), default=0)


def _shadows(config: Config) -> Iterator[tuple[schema.Signal, schema.Shadow]]:
    for signal, pipeline in config.service.pipelines.by_signal().items():
        if pipeline.shadow is not None:
            yield signal, pipeline.shadow


def _grpc_servers(config: Config) -> Iterator[tuple[str, schema.GrpcServer]]:
    for name, receiver in config.receivers.items():
        if isinstance(receiver, schema.OtlpReceiver) and receiver.protocols.grpc is not None:
            yield name, receiver.protocols.grpc
