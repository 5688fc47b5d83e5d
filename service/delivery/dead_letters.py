"""What a backend refused for good, with the reason: one file per worker, bounded in bytes and in age. Used from one thread.

When it is full nothing is thrown away to make room: the refused batch stays in the queue, and acknowledging stops. Only age removes
dead letters, or an operator who replays or purges them. An empty store takes one batch of any size.
"""

from __future__ import annotations

import errno
import sqlite3
import time
from pathlib import Path

from service.delivery import database, folder
from service.delivery.database import DamagedFileError
from service.delivery.row import COST, Row

_STATE = f"SELECT count(*), coalesce(sum({COST}), 0) FROM batch"  # noqa: S608 - an expression of our own


class DeadLetters:
    """See the module. Raises ``OSError``, ``sqlite3.Error`` or ``ConfigError``."""

    def __init__(self, path: Path, max_bytes: int, max_age: float) -> None:
        self.path = path
        self.bytes = self.count = 0
        self.was_damaged = False
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, ...] | None = None
        if path.exists():
            try:
                self._connect()
            except DamagedFileError:
                database.set_aside(path)
                self.was_damaged = True

    def _connect(self) -> sqlite3.Connection:
        """The file is made when it is needed."""
        if self._connection is None:
            if self.path.exists() and not self.path.stat().st_size:
                database.remove(self.path)
            if self.path.exists():
                database.schema_of(self.path)
                self._connection = database.open_existing(self.path)
            else:
                folder.make(self.path.parent)
                self._connection = database.create(self.path, shrinks=True)
            self._identity = database.identity(self.path, log=False)
            self._version = -1
            self.notice_changes()
        return self._connection

    def fits(self, cost: int) -> bool:
        """Whether there is room for so many bytes more."""
        return not self.count or self.bytes + cost <= self._max_bytes

    def put(self, row: Row) -> bool:
        """Stores a row durably; whether there was room. Raises ``sqlite3.Error`` or ``OSError``."""
        if self._connection is not None and database.identity(self.path, log=False) != self._identity:
            self._abandon()  # somebody removed the file, or put another one in its place
        connection = self._connect()
        self.notice_changes()
        if not self.fits(row.cost):
            return False
        try:
            connection.execute("BEGIN IMMEDIATE")
            number = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM batch").fetchone()[0]
            database.insert(connection, number, row)
            connection.execute("COMMIT")
        except BaseException:
            self._abandon()
            raise
        self.bytes += row.cost
        self.count += 1
        self._checkpoint()
        if database.identity(self.path, log=False) != self._identity:
            raise OSError(errno.ENOENT, "the dead letters were removed or replaced")
        return True

    def _abandon(self) -> None:
        """Undoes what was begun, and opens the file anew the next time, since the disk may have failed."""
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                connection.close()
        except sqlite3.Error:
            pass  # the error that brought us here says what is wrong

    def _checkpoint(self) -> None:
        try:
            if self._connection is not None:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error:
            pass  # the log stays, and is read from

    def notice_changes(self) -> None:
        """Counts again if another process (a purge, a replay) has written to the file."""
        connection = self._connection
        if connection is None:
            return
        try:
            version = int(connection.execute("PRAGMA data_version").fetchone()[0])
            if version != self._version:
                self.count, self.bytes = connection.execute(_STATE).fetchone()
                self._version = version
                self._checkpoint()
        except sqlite3.DatabaseError:
            self.count, self.bytes = 1, self.path.stat().st_size if self.path.exists() else 0

    def expire(self) -> int:
        """Removes what is too old; how many."""
        if self._connection is None or not self.count:
            return 0
        oldest = int((time.time() - self._max_age) * 1000)
        try:
            removed = self._connection.execute("DELETE FROM batch WHERE refused < ?", (oldest,)).rowcount
            if removed:
                self._version = -1
                self.notice_changes()
                self._checkpoint()
        except sqlite3.Error:
            return 0
        return removed

    def take_over(self, path: Path) -> None:
        """Moves in what a worker that no longer exists left behind. Raises ``sqlite3.Error``, ``OSError`` or a ``ScrubjayError``.

        ``DamagedFileError`` says that not all of it was whole; what was whole is moved.
        """
        is_whole = True
        version = database.schema_of(path)
        source = database.open_existing(path)
        try:
            connection = self._connect()
            connection.execute("BEGIN IMMEDIATE")
            number = connection.execute("SELECT coalesce(max(id), 0) FROM batch").fetchone()[0]
            for stored in source.execute(f"SELECT {database.READABLE[version]} FROM batch ORDER BY id"):  # noqa: S608 - names of our own
                row = database.as_row(stored)
                is_whole = is_whole and row is not None
                if row is not None:
                    number += 1
                    database.insert(connection, number, row)
            connection.execute("COMMIT")
        except BaseException:
            self._abandon()
            raise
        finally:
            source.close()
        self._version = -1
        self.notice_changes()
        if not is_whole:
            raise DamagedFileError(path.name)
        database.remove(path)

    def close(self) -> None:
        """Gives the file back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except sqlite3.Error:
                pass
