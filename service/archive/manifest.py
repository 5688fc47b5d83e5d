"""What is done: a SQLite file, so that a run that was cut off goes on where it was.

A file's row is written after its new content is in place. A run that dies between the two does that file again, and comes to the same bytes.
Rows go by path (its bytes), size, mtime and the plan's hash: a file that changed, or a policy that did, is done anew. No row holds a value.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from service.archive.contract import ArchiveError
from service.errors import ConfigError, ScrubjayError

_SCHEMA = """
create table if not exists files (
  path blob primary key, size integer not null, mtime_ns integer not null, plan text not null, state text not null,
  out_size integer not null, told text not null
) without rowid;
create table if not exists settings (name text primary key, value blob not null) without rowid;
"""
_VERSION = 1
_NO_SPACE = frozenset((sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE))
"""What SQLite says of a full disk, depending on which of its files it was about to write (sqlite.org/rescode.html)."""

_LOCK_TRIES = 40
_LOCK_WAIT = 0.05


class Row(NamedTuple):
    """A file that is done. ``state``: ``redacted``, ``clean`` or ``binary``; ``told``: what reports say of it, as JSON."""

    size: int
    mtime_ns: int
    plan: str
    state: str
    out_size: int
    told: dict[str, Any]


class Manifest:
    """The manifest in ``folder``, which is made. Raises ``ConfigError`` where another run is at it, or it is of another version."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.file = folder / "manifest.sqlite"
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not self._locked():
            os.close(self._lock)
            raise ConfigError(f"{folder}: another run is writing there; wait until it is done")
        os.close(os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        try:
            with self._room():
                self._open()
        except (sqlite3.DatabaseError, ScrubjayError) as error:
            os.close(self._lock)
            raise error if isinstance(error, ScrubjayError) else ConfigError(f"{self.file}: damaged; remove it to begin anew") from None

    def _open(self) -> None:
        self._db = sqlite3.connect(self.file, isolation_level=None)
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=full")
        version = self._db.execute("pragma user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise ConfigError(f"{self.file}: written by another version; --out elsewhere, or remove it to begin anew")
        self._db.executescript(_SCHEMA)
        self._db.execute(f"pragma user_version={_VERSION}")

    @contextmanager
    def _room(self) -> Iterator[None]:
        """A full disk is an ``ArchiveError`` (``no_space``) as long as the block lasts."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode not in _NO_SPACE:
                raise
            raise ArchiveError("no_space", f"{self.file}: no space left: make room and run the same again") from None

    def _locked(self) -> bool:
        """Whether nobody else is at it; the processes of a run that was killed, which hold the lock too, get a moment to end."""
        for _ in range(_LOCK_TRIES):
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                time.sleep(_LOCK_WAIT)
            else:
                return True
        return False

    def row(self, path: str) -> Row | None:
        """What is known of the file."""
        found = self._db.execute("select size, mtime_ns, plan, state, out_size, told from files where path = ?", (os.fsencode(path),)).fetchone()
        if found is None:
            return None
        size, mtime_ns, plan, state, out_size, told = found
        return Row(size, mtime_ns, plan, state, out_size, orjson.loads(told))

    def put(self, path: str, row: Row) -> None:
        """The file is done; on the disk when this returns. Raises ``ArchiveError`` (``no_space``)."""
        values = (os.fsencode(path), *row[:5], orjson.dumps(row.told).decode())
        with self._room():
            self._db.execute("insert or replace into files values (?,?,?,?,?,?,?)", values)

    def key(self) -> bytes:
        """32 random bytes of this manifest's own, for fingerprints."""
        with self._room():
            self._db.execute("insert or ignore into settings values ('key', ?)", (os.urandom(32),))
        return bytes(self._db.execute("select value from settings where name = 'key'").fetchone()[0])

    def close(self) -> None:
        """Lets another run begin."""
        self._db.close()
        os.close(self._lock)
