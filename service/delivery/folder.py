"""The folders of a queue: what they are called, and which process each belongs to.

``<storage>/<exporter id, / as _>/worker-<index>/NNNNNN.db``, beside it ``dead-letters/worker-<index>.db``. A folder belongs to the process
that holds the lock on its ``lock`` file; the lock ends with the process, however that ends. Folders named ``replay-…`` hold dead letters
that are to be sent again. All are for their owner only (0700).
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from service.exporters.ownership import is_at, sync_directory

_LOCK = "lock"
_WORKER = re.compile(r"worker-(\d{1,6})")
_DEAD_LETTERS = "dead-letters"
_REPLAY = "replay-"
_LOOK_AGAIN_SECONDS = 0.05


def of_exporter(storage: Path, exporter: str) -> Path:
    """The folder of one exporter."""
    return storage / exporter.replace("/", "_")


def of_worker(exporter: Path, index: int) -> Path:
    """One worker's part of an exporter's queue."""
    return exporter / f"worker-{index}"


def dead_letters(exporter: Path, index: int) -> Path:
    """The file of one worker's dead letters."""
    return exporter / _DEAD_LETTERS / f"worker-{index}.db"


def staged_replay(exporter: Path, name: str) -> tuple[Path, Path]:
    """Where a replay is put together, and what the folder is renamed to when it is whole."""
    return exporter / f".{_REPLAY}{name}", exporter / f"{_REPLAY}{name}"


def abandoned_replays(exporter: Path) -> list[Path]:
    """Replays being put together, or that were when their process ended."""
    return sorted(exporter.glob(f".{_REPLAY}*"))


def queues(exporter: Path) -> list[Path]:
    """Every folder with rows to send: the workers', and replays."""
    return sorted(path for path in exporter.iterdir() if path.is_dir() and (_WORKER.fullmatch(path.name) or path.name.startswith(_REPLAY)))


def dead_letter_files(exporter: Path) -> list[Path]:
    """Every file of dead letters."""
    return sorted(path for path in (exporter / _DEAD_LETTERS).glob("worker-*.db"))


def exporters(storage: Path) -> list[Path]:
    """The folder of every exporter that has a queue here."""
    return sorted(path for path in storage.iterdir() if path.is_dir() and (queues(path) or dead_letter_files(path)))


def segments(queue: Path) -> list[Path]:
    """The files of one queue, oldest first."""
    return sorted(queue.glob("[0-9]*.db"))


def damaged(folder: Path) -> list[Path]:
    """Files that were set aside."""
    return sorted(folder.glob("*.damaged"))


def orphans(exporter: Path, count: int) -> Iterator[Path]:
    """Queues no worker of ``count`` has for its own: those of workers that no longer exist, and replays."""
    for path in queues(exporter):
        worker = _WORKER.fullmatch(path.name)
        if worker is None or int(worker[1]) >= count:
            yield path


def orphaned_letters(exporter: Path, count: int) -> Iterator[tuple[int, Path]]:
    """Dead letters of workers that no longer exist, with the worker's number."""
    for path in dead_letter_files(exporter):
        worker = _WORKER.fullmatch(path.stem)
        if worker is not None and int(worker[1]) >= count:
            yield int(worker[1]), path


def has_lock(path: Path) -> bool:
    """Whether it is a folder that belongs to one process at a time."""
    return (path / _LOCK).exists()


def is_in_use(path: Path) -> bool:
    """Whether a process has the folder now."""
    if not has_lock(path):
        return False
    try:
        Lock(path).release()
    except OSError:
        return True
    return False


def make(path: Path) -> None:
    """Makes a folder for its owner only, with those above it, durably. Raises ``OSError``."""
    if path.is_dir():
        return
    make(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    sync_directory(path.parent)


class Lock:
    """A folder's lock. Raises ``BlockingIOError`` if another process holds it for ``patience`` seconds, or another ``OSError``."""

    def __init__(self, path: Path, patience: float = 0.0) -> None:
        self._path = path / _LOCK
        give_up = time.monotonic() + patience
        while True:
            try:
                self._descriptor = self._take()
                return
            except BlockingIOError:
                if time.monotonic() >= give_up:
                    raise
            time.sleep(_LOOK_AGAIN_SECONDS)

    def _take(self) -> int:
        while True:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                if sys.platform != "win32":
                    import fcntl  # does not exist on Windows

                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(descriptor).st_ino == os.stat(self._path).st_ino:
                    return descriptor
            except FileNotFoundError:
                pass  # whoever had it has removed the folder meanwhile
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)

    @property
    def is_in_place(self) -> bool:
        """Whether the file that is locked is still the one of that name: whoever removed or replaced the folder took the lock away."""
        return is_at(self._descriptor, self._path)

    def release(self) -> None:
        """Gives the folder back."""
        os.close(self._descriptor)

    def remove(self) -> None:
        """Removes the folder, if nothing else is in it, and gives it back."""
        try:
            self._path.unlink()
            self._path.parent.rmdir()
        except OSError:
            pass  # damaged files stay, and so does their folder
        self.release()
