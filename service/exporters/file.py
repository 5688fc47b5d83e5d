"""Writes redacted payloads as lines into one file per signal: ``traces.ndjson``, ``metrics.ndjson``, ``logs.ndjson``, ``logs.log``.

Acknowledged means written and fsynced. Requests that wait while an fsync is under way share the next one (group commit). A write that
fails is undone to the last acknowledged byte, so that a retry leaves no torn line; a line torn by a crash is closed with a newline at
the next start. A file that has reached ``rotate_bytes`` becomes ``traces.000001.ndjson`` and so on; none is ever removed.

What somebody deletes, renames or replaces while the service runs is noticed before each write, and file and directory are made anew; a
file that is deleted while it is written acknowledges nothing.

Files are readable by their owner only. One process owns a file: a second service is refused at start. Where several workers serve, each
has files of its own: worker 0 those above, worker 2 ``traces.w2.ndjson`` and so on.
"""

from __future__ import annotations

import asyncio
import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from config.schema import FileExporter as Settings
from service.errors import BackendError, ConfigError, FramingError, ScrubjayError
from service.exporters.contract import Batch
from service.exporters.otlp_lines import lines
from service.exporters.ownership import Ownership, is_at, sync_directory, takes_bytes
from service.telemetry import described


class LineFile:
    """An append-only file of lines whose length is always that of what was committed. Used from one thread."""

    def __init__(self, path: Path, rotate_bytes: int) -> None:
        self._path = path
        self._rotate_bytes = rotate_bytes
        self._descriptor: int | None = None
        self._length = 0

    def append(self, chunks: list[bytes]) -> None:
        """Adds whole lines and makes them durable, or raises ``OSError`` and leaves the file as it was."""
        descriptor = self._opened()
        try:
            for chunk in chunks:
                _write_all(descriptor, chunk)
            os.fsync(descriptor)
            if not os.fstat(descriptor).st_nlink:  # deleted while it was written; one that was only renamed keeps its lines
                raise OSError(errno.ENOENT, "deleted meanwhile")
        except OSError:
            self._undo(descriptor)
            raise
        self._length += sum(map(len, chunks))

    def _opened(self) -> int:
        if self._descriptor is not None:
            if is_at(self._descriptor, self._path):
                self._length = os.fstat(self._descriptor).st_size  # somebody else may have emptied it
            else:
                self.close()
        if self._descriptor is not None and self._length >= self._rotate_bytes:
            self.close()
            self._set_aside()
        if self._descriptor is None:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                self._length = os.lseek(descriptor, 0, os.SEEK_END)
                if self._length:
                    os.lseek(descriptor, self._length - 1, os.SEEK_SET)
                    if os.read(descriptor, 1) != b"\n":
                        self._length += os.write(descriptor, b"\n")
                sync_directory(self._path.parent)
            except OSError:
                os.close(descriptor)
                raise
            self._descriptor = descriptor
        return self._descriptor

    def _set_aside(self) -> None:
        number = 1
        while (aside := self._path.with_suffix(f".{number:06d}{self._path.suffix}")).exists():
            number += 1
        self._path.rename(aside)

    def _undo(self, descriptor: int) -> None:
        """Cuts off what was not acknowledged; after a failed fsync nothing in the cache can be trusted, so the file is opened anew."""
        try:
            os.ftruncate(descriptor, self._length)
        finally:
            self.close()

    def close(self) -> None:
        """Gives the file back; everything committed is already durable."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    """``os.write`` may take a part only, as on a disk that is about to be full."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


class _Waiting(NamedTuple):
    batch: Batch
    done: asyncio.Future[None]


class FileExporter:
    """See the module."""

    def __init__(self, id: str, settings: Settings, worker: int = 0) -> None:
        self.id = id
        self._mark = f".w{worker}" if worker else ""
        self._folder = Path(settings.path)
        self._rotate_bytes = settings.rotate_bytes
        self._files: dict[str, LineFile] = {}
        self._waiting: list[_Waiting] = []
        self._committing: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="file")
        self._owned = Ownership(self._folder / f".lock{self._mark}")

    async def open(self) -> None:
        try:
            self._owned.hold()
        except BlockingIOError:
            raise ConfigError(f"exporters.{self.id}.path: a directory no other process writes to") from None
        except OSError as error:
            raise ConfigError(f"exporters.{self.id}.path: a directory that can be written to ({error.strerror})") from None

    async def export(self, batch: Batch) -> None:
        if not batch.payload:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(batch, done))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit())
        await done

    async def _commit(self) -> None:
        """Commits group after group until nobody waits. Every waiter gets its answer, whatever happens."""
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                errors: list[ScrubjayError | None]
                try:
                    errors = await loop.run_in_executor(self._thread, self._write, [waiting.batch for waiting in group])
                except Exception as error:  # fails closed: whatever it was, nothing counts as written
                    errors = [BackendError(f"{self.id}: {described(error)}")] * len(group)
                for waiting, failure in zip(group, errors, strict=True):
                    if waiting.done.done():  # its client has gone
                        continue
                    if failure is None:
                        waiting.done.set_result(None)
                    else:
                        waiting.done.set_exception(failure)
        finally:
            self._committing = None

    def _write(self, batches: list[Batch]) -> list[ScrubjayError | None]:
        """Writes a group with one fsync per file; for each batch what went wrong, or ``None``."""
        errors: list[ScrubjayError | None] = [None] * len(batches)
        by_file: dict[str, list[tuple[int, bytes]]] = {}
        for at, batch in enumerate(batches):
            try:
                chunk = lines(batch.codec, batch.payload)
            except FramingError as error:
                errors[at] = error
                continue
            name = f"{batch.signal}{self._mark}.{'log' if batch.codec == 'text' else 'ndjson'}"
            by_file.setdefault(name, []).append((at, chunk))
        for name, chunks in by_file.items():
            file = self._files.setdefault(name, LineFile(self._folder / name, self._rotate_bytes))
            try:
                self._owned.hold()
                file.append([chunk for _, chunk in chunks])
            except OSError as error:
                for at, _ in chunks:
                    errors[at] = BackendError(f"{self.id}: {error.strerror}")
        return errors

    async def is_ready(self) -> bool:
        """Whether the directory is ours and takes a few bytes now."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._probe)

    def _probe(self) -> bool:
        try:
            self._owned.hold()
        except OSError:
            return False
        return takes_bytes(self._folder / f".probe{self._mark}")

    async def close(self) -> None:
        if self._committing is not None:
            await self._committing
        self._thread.shutdown(wait=True)
        for file in self._files.values():
            file.close()
        self._owned.release()
