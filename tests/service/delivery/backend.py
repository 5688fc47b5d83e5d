"""A real backend on a real port, and a queue in front of it, for as long as a ``with`` block lasts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from config import schema
from config.exporters import DeadLetters, RetryOnFailure, SendingQueue
from service.delivery.queued import QueuedExporter
from service.delivery.worker import Worker
from service.exporters.contract import Batch
from service.exporters.otlp_http import OtlpHttpExporter
from service.recognition.redaction import Redaction
from service.redaction.plan import Plan
from service.telemetry import Telemetry
from tests.service.running import default_plan

ID = "otlp_http/tempo"
FOLDER = "otlp_http_tempo"
QUICK = RetryOnFailure(initial_interval=0.02, max_interval=0.05)
TIMEOUT = 30.0
ONLY = Worker(0, 1)


class Received(NamedTuple):
    """One request as the backend got it."""

    headers: Mapping[str, str]
    body: bytes


class Reply(NamedTuple):
    """How a backend answers."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass
class Backend:
    """``answer`` is asked for each request; what it was answered with 200 is in ``taken``."""

    answer: Callable[[Received], Reply] = lambda _request: Reply()
    requests: list[Received] = field(default_factory=list)
    taken: list[Received] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    url: str = ""
    stop: Callable[[], None] = lambda: None

    def bodies(self) -> list[bytes]:
        """What it took."""
        return [request.body for request in self.taken]


@asynccontextmanager
async def serving(backend: Backend | None = None, port: int = 0) -> AsyncIterator[Backend]:
    """A backend that listens."""
    backend = backend or Backend()

    async def take(request: web.Request) -> web.Response:
        received = Received(request.headers.copy(), await request.read())
        backend.requests.append(received)
        backend.times.append(time.monotonic())
        reply = backend.answer(received)
        if reply.status == 200:
            backend.taken.append(received)
        return web.Response(status=reply.status, headers=dict(reply.headers), body=reply.body)

    app = web.Application(client_max_size=1 << 30)
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app, auto_decompress=False, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    backend.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield backend
    finally:
        await runner.cleanup()


def queued(
    folder: Path,
    url: str = "http://127.0.0.1:9",
    *,
    worker: Worker = ONLY,
    plan: Plan | None = None,
    telemetry: Telemetry | None = None,
    drain_timeout: float = 5.0,
    retry: RetryOnFailure | None = QUICK,
    max_bytes: int = 1 << 30,
    num_consumers: int = 4,
    letters: DeadLetters | None = None,
    timeout: float = 10.0,
    kind: type[OtlpHttpExporter] = OtlpHttpExporter,
) -> QueuedExporter:
    """A queue in ``folder`` before an OTLP/HTTP exporter; by default its backend can't be reached."""
    queue = SendingQueue(storage=str(folder), max_bytes=max_bytes, num_consumers=num_consumers, dead_letters=letters or DeadLetters())
    settings = schema.OtlpHttpExporter(endpoint=url, timeout=timeout, sending_queue=queue, retry_on_failure=retry)
    return QueuedExporter(kind(ID, settings), settings, Redaction(plan or default_plan()), worker, drain_timeout, telemetry or Telemetry())


@asynccontextmanager
async def opened(exporter: QueuedExporter) -> AsyncIterator[QueuedExporter]:
    """An exporter that is open."""
    await exporter.open()
    try:
        yield exporter
    finally:
        await exporter.close()


def numbered(number: int, size: int = 0, tenant: str = "") -> Batch:
    """A batch that redaction left alone; the number tells it from others."""
    payload = b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"%08d%s"}}]}]}]}' % (number, b"." * size)
    return Batch("logs", "otlp_json:logs", payload, "application/json", "", payload, (("authorization", "Bearer of-the-client"),), tenant)


async def until(condition: Callable[[], object]) -> None:
    """Returns when it holds; a test that waits in vain fails."""
    async with asyncio.timeout(TIMEOUT):
        while not condition():
            await asyncio.sleep(0.01)


def files(folder: Path, pattern: str = "worker-*/*.db") -> list[Path]:
    """The queue's files."""
    return sorted((folder / FOLDER).glob(pattern))


def on_disk(folder: Path) -> bytes:
    """Every byte there is below a folder; files may go while they are looked at."""
    found = []
    for path in sorted(folder.rglob("*")):
        with suppress(FileNotFoundError, IsADirectoryError):
            found.append(path.read_bytes())
    return b"".join(found)


def size_on_disk(folder: Path) -> int:
    """Bytes of the queue's files, their logs left out."""
    size = 0
    for path in files(folder):
        with suppress(FileNotFoundError):
            size += path.stat().st_size
    return size
