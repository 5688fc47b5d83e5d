"""Keeps damage to a write-ahead log local: SQLite gives up a log at the first frame whose checksum is wrong, with all that follows it.

After a crash, what was committed last is in the log alone (sqlite.org/fileformat.html#the_write_ahead_log). If there are commits in it
that SQLite does not see, their pages are copied into the main file by hand, the damaged one included; the rows' own checksums then tell
which rows are whole. The log is kept beside it. Only for whoever has the folder's lock: of a log in use nothing can be said.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from service.delivery import database
from service.delivery.database import DamagedFileError

_HEADER, _FRAME_HEADER = 32, 24
_PAGE_SIZE_AT = 16  # in the main file's header
_MOST_PAGES = 1 << 18


class _Frame(NamedTuple):
    """``size`` is the file's size in pages if the frame ends a commit, else 0."""

    page: int
    size: int
    salt: bytes
    at: int


def salvage(path: Path) -> bool:
    """Whether the log of a file was damaged. Raises ``OSError`` or ``DamagedFileError``."""
    log = path.with_name(path.name + "-wal")
    if not log.exists() or not log.stat().st_size:
        return False
    with path.open("rb") as main:
        page_size = int.from_bytes(main.read(_PAGE_SIZE_AT + 2)[-2:], "big")
    if not page_size:
        raise DamagedFileError(path.name)
    with log.open("rb") as file:
        frames = list(_frames(file, page_size))
    salt = next(iter(Counter(frame.salt for frame in frames).most_common(1)), (b"", 0))[0]
    commits = [number for number, frame in enumerate(frames, 1) if frame.size and frame.salt == salt]
    connection = database.open_existing(path)
    try:
        seen = int(connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1])
        if not commits or commits[-1] <= seen:
            return False
        kept = path.with_name(f"{path.name}.damaged-wal")
        shutil.copyfile(log, kept)
        os.chmod(kept, 0o600)
    except sqlite3.Error:
        raise DamagedFileError(path.name) from None
    finally:
        connection.close()
    unseen = [frame for frame in frames[max(seen, 0) : commits[-1]] if frame.salt == salt and 0 < frame.page <= _MOST_PAGES]
    _copy(kept, path, page_size, unseen)
    for side in database.SIDES[1:]:
        path.with_name(path.name + side).unlink(missing_ok=True)
    return True


def _frames(log: BinaryIO, page_size: int) -> Iterator[_Frame]:
    at = _HEADER
    while True:
        log.seek(at)
        header = log.read(_FRAME_HEADER)
        if len(header) < _FRAME_HEADER:
            return
        yield _Frame(int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big"), header[8:16], at + _FRAME_HEADER)
        at += _FRAME_HEADER + page_size


def _copy(log: Path, path: Path, page_size: int, frames: list[_Frame]) -> None:
    with log.open("rb") as source, path.open("rb+") as target:
        for frame in frames:
            source.seek(frame.at)
            target.seek((frame.page - 1) * page_size)
            target.write(source.read(page_size))
        target.truncate(frames[-1].size * page_size)
        target.flush()
        os.fsync(target.fileno())
