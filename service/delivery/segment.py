"""One file of a queue: rows are added at its end, handed out in order, and marked done. Used from one thread.

Rows are never deleted one by one: that would write them a second time. What is done is noted in a small table of its own, lazily, since a
note lost in a crash means a duplicate and no loss; the file goes as a whole when all of it is done. A file that was opened again after a
restart takes no more rows, so a row's number is used once.

Damage stays where it is: a row that can't be read, or whose checksum is wrong, is counted as lost and skipped, and the file is set
aside instead of being deleted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from service.delivery import database
from service.delivery.database import DamagedFileError
from service.delivery.row import COST, Row

_SKIPPED_IN_VAIN = 4096
"""So many rows in a row that can't be read, where it can't be told how many there were, end the search for more."""

_COUNT = f"SELECT count(*), coalesce(sum({COST}), 0) FROM batch"  # noqa: S608 - an expression of our own
_WAITING = " WHERE id > ? AND id NOT IN (SELECT id FROM done)"


class Held(NamedTuple):
    """A row that was handed out."""

    enqueued: int
    cost: int


class Segment:
    """See the module. ``bytes`` counts all rows of the file; ``unread`` and ``unread_bytes`` those not handed out yet.

    ``lost`` are those that can't be read, ``reported`` how many of them were told of.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, columns: str) -> None:
        self.path = path
        self.sealed = self.settled = False
        self.bytes = 0
        self.unread = self.unread_bytes = 0
        self.held: dict[int, Held] = {}
        self.held_bytes = 0
        self.lost = self.reported = 0
        self._connection = connection
        self._select = f"SELECT {columns} FROM batch"  # noqa: S608 - names of our own
        self._last = self._position = 0
        self._unmarked: list[int] = []
        self._has_purged = False
        self._unread_at_least = 0  # 1 while nobody knows how many there are
        self._version = self._data_version()

    @classmethod
    def create(cls, path: Path) -> Segment:
        """A new, empty file. Raises ``sqlite3.Error`` or ``OSError``."""
        return cls(path, database.create(path), database.READABLE[database.SCHEMA_VERSION])

    @classmethod
    def open(cls, path: Path) -> Segment:
        """A file that is there. Raises ``ConfigError``, ``DamagedFileError`` or ``OSError``."""
        columns = database.READABLE[database.schema_of(path)]
        try:
            connection = database.open_existing(path)
        except DamagedFileError:
            database.fill_up(path)
            connection = database.open_existing(path)
        segment = cls(path, connection, columns)
        segment.seal()
        segment.recount()
        return segment

    def _data_version(self) -> int:
        """Changes when another process has written to the file."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    @property
    def is_drained(self) -> bool:
        """Whether nothing in it waits any more."""
        return not self.held and not self.unread

    def recount(self) -> None:
        """Looks what waits. In a damaged file it can only be guessed; reading on will tell. Raises ``sqlite3.Error`` for what may pass."""
        try:
            self.bytes = self._connection.execute(_COUNT).fetchone()[1]
            self.unread, self.unread_bytes = self._connection.execute(_COUNT + _WAITING, (self._position,)).fetchone()
            self._last = max(self._last, self._connection.execute("SELECT coalesce(max(id), 0) FROM batch").fetchone()[0])
        except sqlite3.Error as error:
            if not database.is_damage(error):
                raise
            self.bytes = self.unread_bytes = self.path.stat().st_size
            self.unread = self._unread_at_least = 1

    def notice_changes(self) -> None:
        """Counts again if another process (a purge) has written to the file."""
        try:
            version = self._data_version()
            if version != self._version:
                self.recount()
                self._version = version
                self._has_purged = True
            if self._has_purged:
                self._has_purged = not self.settle()  # what was purged is not to stay in the log either
        except sqlite3.Error:
            pass  # looked at again the next time

    def write(self, rows: Sequence[Row]) -> list[int]:
        """Adds rows and notes what is done, durably. Raises ``sqlite3.Error``; then nothing was added."""
        connection, first = self._connection, self._last + 1
        try:
            connection.execute("BEGIN IMMEDIATE")
            self._insert_marks()
            for number, row in enumerate(rows, first):
                database.insert(connection, number, row)
            connection.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        self._unmarked.clear()
        self._last += len(rows)
        total = sum(row.cost for row in rows)
        self.bytes += total
        self.unread += len(rows)
        self.unread_bytes += total
        return list(range(first, self._last + 1))

    def _insert_marks(self) -> None:
        if self._unmarked:
            self._connection.executemany("INSERT OR IGNORE INTO done VALUES (?)", [(number,) for number in self._unmarked])

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            pass  # the error that brought us here says what is wrong

    def hand_out_written(self, rows: Sequence[Row]) -> bool:
        """Whether the rows just written may be handed out at once, since none before them waits; then they count as handed out."""
        if self._position != self._last - len(rows):
            return False
        for number, row in enumerate(rows, self._position + 1):
            self._hold(number, row)
        return True

    def _hold(self, number: int, row: Row) -> None:
        cost = row.cost
        self.held[number] = Held(row.enqueued, cost)
        self.held_bytes += cost
        self._position = number
        self.unread = max(self.unread - 1, self._unread_at_least)
        self.unread_bytes = max(self.unread_bytes - cost, 0)

    def mark(self, number: int) -> None:
        """A row is done; noted on disk with the next ``write`` or ``flush``."""
        held = self.held.pop(number, None)
        if held is not None:
            self.held_bytes -= held.cost
            self._unmarked.append(number)

    def flush(self) -> None:
        """Notes on disk what is done. Failing is no loss: it is tried again."""
        if not self._unmarked:
            return
        try:
            self.write(())
        except sqlite3.Error:
            pass

    def fetch(self, limit: int) -> list[tuple[int, Row]]:
        """The next rows, one at least if there is any and further ones up to ``limit`` bytes. None means that all were handed out.

        Raises ``sqlite3.Error`` for what may pass.
        """
        found: list[tuple[int, Row]] = []
        try:
            cursor = self._connection.execute(f"{self._select}{_WAITING} ORDER BY id", (self._position,))
            while limit > 0 and (stored := cursor.fetchone()) is not None:
                limit -= self._take(stored[0], stored, found)
            cursor.close()
        except sqlite3.Error as error:
            if database.is_damage(error):
                self._step(limit, found)
            elif not found:
                raise
        if not found and limit > 0:
            self.unread = self.unread_bytes = self._unread_at_least = 0
        return found

    def _take(self, number: int, stored: tuple[object, ...], found: list[tuple[int, Row]]) -> int:
        row = database.as_row(stored)
        if row is None:
            self._position = number
            self._lose(1)
            return 0
        self._hold(number, row)
        found.append((number, row))
        return row.cost

    def _lose(self, count: int) -> None:
        self.lost += count
        self.unread = max(self.unread - count, self._unread_at_least)

    def _step(self, limit: int, found: list[tuple[int, Row]]) -> None:
        """Where the table can't be read in order: row by row."""
        missed = in_vain = 0
        while limit > 0 and (self._position < self._last if self._last else in_vain < _SKIPPED_IN_VAIN):
            number = self._position + 1
            try:
                stored = self._connection.execute(f"{self._select} WHERE id = ?", (number,)).fetchone()
                is_done = stored is None or self._is_done(number)
            except sqlite3.Error as error:
                if not database.is_damage(error):
                    self._lose(missed)
                    if found:
                        return
                    raise
                stored, is_done = None, self._is_done(number)
                missed += not is_done
            in_vain += 1
            self._position = number
            if stored is not None and not is_done:
                self._lose(missed)
                missed = in_vain = 0
                limit -= self._take(number, stored, found)
        if missed:
            self._lose(missed if self._last else 1)  # nobody knows how many there were beyond the last one that is there

    def _is_done(self, number: int) -> bool:
        try:
            return self._connection.execute("SELECT 1 FROM done WHERE id = ?", (number,)).fetchone() is not None
        except sqlite3.Error:
            return False

    def read(self, number: int) -> Row | None:
        """A row that was handed out before, once more; ``None`` if it is not there any more. Raises ``sqlite3.Error`` for what may pass."""
        try:
            stored = self._connection.execute(f"{self._select} WHERE id = ?", (number,)).fetchone()
            row = None if stored is None else database.as_row(stored)
            self.lost += stored is not None and row is None
            return row
        except sqlite3.Error as error:
            if not database.is_damage(error):
                raise
            self.lost += 1
            return None

    def is_sound(self) -> bool:
        """Whether SQLite finds its own structures whole; rows have checksums of their own."""
        try:
            return bool(self._connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
        except sqlite3.Error:
            return False

    def seal(self) -> None:
        """Takes no more rows; only notes of what is done are written from now on."""
        self.sealed, self.settled = True, False
        try:
            self._connection.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.Error:
            pass  # then each note is synced

    def settle(self) -> bool:
        """Copies what waits from the log into the main file, where damage stays local, and empties the log; whether that was possible.

        It takes a while, and needs no hurry.
        """
        self.settled = True
        try:
            return not self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.Error:
            return False  # the log stays, and is read from

    def discard(self) -> None:
        """All is done: deletes the file, or sets it aside if it is damaged."""
        try:
            if self.lost:
                self.close()
                database.set_aside(self.path)
                return
            self._connection.execute("PRAGMA synchronous = OFF")  # closing copies the log into the file, which is deleted
            database.remove(self.path)
        except (OSError, sqlite3.Error):
            pass  # what can't be deleted is looked at again at the next start
        self.close()

    def close(self) -> None:
        """Gives the file back."""
        self.flush()
        try:
            self._connection.close()
        except sqlite3.Error:
            pass
