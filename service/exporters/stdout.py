"""Writes redacted payloads as lines to standard output. Acknowledged means handed to the operating system."""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor

from service.errors import BackendError
from service.exporters.contract import Batch
from service.exporters.otlp_lines import lines


class StdoutExporter:
    """See the module. Whoever reads slowly makes the clients wait, not the other pipelines: writing has its own thread."""

    def __init__(self, id: str) -> None:
        self.id = id
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stdout")

    async def open(self) -> None:
        return

    async def export(self, batch: Batch) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._write, batch)

    def _write(self, batch: Batch) -> None:
        try:
            sys.stdout.buffer.write(lines(batch.codec, batch.payload))
            sys.stdout.buffer.flush()
        except (OSError, ValueError):
            raise BackendError(f"{self.id}: standard output is closed") from None

    async def is_ready(self) -> bool:
        return not sys.stdout.closed

    async def close(self) -> None:
        self._thread.shutdown(wait=True)
