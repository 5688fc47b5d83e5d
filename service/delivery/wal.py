"""Keeps damage to a write-ahead log local: SQLite gives up a log at the first frame whose checksum is wrong, with all that follows it.

After a crash, what was committed last is in the log alone (sqlite.org/fileformat.html#the_write_ahead_log). If there are commits in it
that SQLite does not see, their pages are copied into the main file by hand, the damaged one included; the rows' own checksums then tell
which rows are whole. The log is kept beside it. Only for whoever has the folder's lock: of a log in use nothing can be said.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from service.delivery import database
from service.delivery.database import DamagedFileError

_HEADER, _FRAME_HEADER = 32, 24
_PAGE_SIZE_AT = 16  # in the main file's header
_MAX_FRAME_AT = 16  # in the log's index, in the machine's byte order (sqlite.org/walformat.html#the_wal_index_header)
_LEAST_PAGE = 512
_MOST_PAGES = 1 << 18


class _Frame(NamedTuple):
    """``size`` is the file's size in pages if the frame ends a commit, else 0."""

    page: int
    size: int
    salt: bytes
    at: int


def salvage(path: Path) -> bool:
    """Whether the log of a file was damaged. Raises ``OSError`` or ``DamagedFileError``; it may be called again then."""
    log, torn = path.with_name(path.name + "-wal"), path.with_name(path.name + ".torn-wal")
    if not torn.exists() and not (log.exists() and log.stat().st_size and _is_torn(path, log, torn)):
        return False
    frames = _frames(torn, _page_size(path))
    commits = _commits(frames)
    _copy(torn, path, _page_size(path), frames[: commits[-1]])
    for side in database.SIDES[1:]:
        path.with_name(path.name + side).unlink(missing_ok=True)
    torn.rename(path.with_name(f"{path.name}.damaged-wal"))
    return True


def _page_size(path: Path) -> int:
    with path.open("rb") as main:
        size = int.from_bytes(main.read(_PAGE_SIZE_AT + 2)[-2:], "big")
    if size < _LEAST_PAGE:
        raise DamagedFileError(path.name)
    return size


def _is_torn(path: Path, log: Path, torn: Path) -> bool:
    """Whether there are commits that SQLite does not see; then the log is copied first, since closing the file may delete it."""
    commits = _commits(_frames(log, _page_size(path)))
    if not commits:
        return False
    connection = database.open_existing(path)
    try:
        with path.with_name(path.name + "-shm").open("rb") as index:
            index.seek(_MAX_FRAME_AT)
            seen = int.from_bytes(index.read(4), sys.byteorder)
        if commits[-1] <= seen:
            return False
        part = torn.with_name(torn.name + ".part")
        try:
            with log.open("rb") as source, open(part, "wb", opener=_for_owner) as target:
                shutil.copyfileobj(source, target)
                target.flush()
                os.fsync(target.fileno())
            part.rename(torn)
        finally:
            part.unlink(missing_ok=True)
    finally:
        connection.close()
    return True


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _commits(frames: list[_Frame]) -> list[int]:
    """The numbers of frames that end a commit, counted from 1."""
    return [number for number, frame in enumerate(frames, 1) if frame.size]


def _frames(log: Path, page_size: int) -> list[_Frame]:
    """All frames but those of an earlier use of the log, which have another salt."""
    found: list[_Frame] = []
    with log.open("rb") as file:
        at = _HEADER
        while len(header := os.pread(file.fileno(), _FRAME_HEADER, at)) == _FRAME_HEADER:
            page, size = (int.from_bytes(header[start : start + 4], "big") for start in (0, 4))
            found.append(_Frame(page, size, header[8:16], at + _FRAME_HEADER))
            at += _FRAME_HEADER + page_size
    salts = Counter(frame.salt for frame in found).most_common(1)
    return [frame for frame in found if frame.salt == salts[0][0]]


def _copy(log: Path, path: Path, page_size: int, frames: list[_Frame]) -> None:
    with log.open("rb") as source, path.open("rb+") as target:
        for frame in frames:
            if 0 < frame.page <= _MOST_PAGES:
                source.seek(frame.at)
                target.seek((frame.page - 1) * page_size)
                target.write(source.read(page_size))
        target.truncate(min(frames[-1].size, _MOST_PAGES) * page_size)
        target.flush()
        os.fsync(target.fileno())
