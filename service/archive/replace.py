"""New content takes a file's place: the old one or the new one, never a half.

Written beside its target under a name of ours, synced, given mode and mtime, renamed; then the folder is synced.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from contextlib import suppress
from typing import BinaryIO

from service.archive.contract import ArchiveError
from service.archive.files import PART_SUFFIX

_NO_SPACE = frozenset((errno.ENOSPC, errno.EDQUOT))


def part_beside(target: str) -> str:
    """A name for content that is to become ``target``."""
    folder, name = os.path.split(target)
    return os.path.join(folder, f".{name[:80]}.{secrets.token_hex(4)}{PART_SUFFIX}")


def settle(part: str, target: str, source: str, mtime_ns: int) -> None:
    """``part``, whose bytes are on the disk, becomes ``target``, with the mode, the times and, where that is allowed, the owner of ``source``."""
    status = os.stat(source)
    with suppress(PermissionError):
        os.chown(part, status.st_uid, status.st_gid)
    shutil.copystat(source, part)
    os.utime(part, ns=(status.st_atime_ns, mtime_ns))
    os.rename(part, target)
    sync_folder(os.path.dirname(target) or ".")


def sync_folder(folder: str) -> None:
    """What was renamed in ``folder`` is on the disk when this returns."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def copy(source: str, part: str) -> None:
    """``source`` as it is, on the disk when this returns."""
    with open(source, "rb") as file, new_content(part) as target:
        shutil.copyfileobj(file, target, 1 << 20)
        sync(target)


def new_content(part: str) -> BinaryIO:
    """The new file ``part``, which nobody else may read; where ``part`` is empty, nothing is kept."""
    return open(part, "xb", opener=private) if part else open(os.devnull, "wb")


def sync(file: BinaryIO) -> None:
    """What was written is on the disk when this returns."""
    file.flush()
    os.fsync(file.fileno())


def private(path: str, flags: int) -> int:
    """Opens a file that nobody else may read."""
    return os.open(path, flags, 0o600)


def remove(path: str) -> None:
    """Removes a file, if it is there; an empty path is none."""
    with suppress(FileNotFoundError):
        os.unlink(path)


def as_archive_error(error: Exception) -> ArchiveError:
    """What an error means for a file. Its text names no path and quotes no content."""
    if isinstance(error, ArchiveError):
        return error
    if not isinstance(error, OSError):
        return ArchiveError("error", f"{type(error).__name__} while it was worked")
    if error.errno in _NO_SPACE:
        return ArchiveError("no_space", error.strerror or "no space left")
    return ArchiveError("unreadable", error.strerror or type(error).__name__)


def remove_parts(folder: str, *, below: bool) -> None:
    """Removes what runs that were killed have left in ``folder``, and in those below it."""
    for place, folders, names in os.walk(folder):
        for name in names:
            if name.startswith(".") and name.endswith(PART_SUFFIX):
                remove(os.path.join(place, name))
        if not below:
            folders.clear()
