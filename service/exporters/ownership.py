"""A directory and the lock file by which one process owns it, also where somebody deletes or replaces either meanwhile.

Contract: ``hold`` returns while the lock that is held is the one at its path, and takes it anew where it isn't, making the directory anew
where it went away; it raises ``BlockingIOError`` when another process has it, ``OSError`` when it can't be had. A directory that ``hold``
returns for is durable: its name is synced. Used from one thread at a time.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PROBE_BYTES = 4096


class Ownership:
    """See the module."""

    def __init__(self, lock: Path) -> None:
        self._lock = lock
        self._descriptor: int | None = None

    def hold(self) -> None:
        """See the module."""
        if self._descriptor is not None and is_at(self._descriptor, self._lock):
            return
        self.release()
        _make(self._lock.parent)
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if sys.platform != "win32":
                import fcntl  # does not exist on Windows

                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def release(self) -> None:
        """Lets another process have the directory."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def is_at(descriptor: int, path: Path) -> bool:
    """Whether the open file is the one that ``path`` names now."""
    try:
        named = os.stat(path)
    except OSError:
        return False
    return os.path.samestat(os.fstat(descriptor), named)


def takes_bytes(probe: Path) -> bool:
    """Whether a few bytes can be written into a directory now, to a file of that name, which is removed again."""
    try:
        probe.write_bytes(b"\0" * _PROBE_BYTES)
        probe.unlink()
    except OSError:
        return False
    return True


def sync_directory(path: Path) -> None:
    """Makes new names in a directory durable; Windows has no such call."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make(folder: Path) -> None:
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for one in reversed(missing):
        sync_directory(one.parent)
