"""One folder of a queue: rows go into the newest file and come out of the oldest. Used from one thread.

Nothing is added to a file that was there at the start. A file that has reached its size, or on which the disk failed, takes no more rows
and is deleted once all of it is done. After a failed fsync nothing can be said about what the kernel still holds of a file, so the
next rows go into a new one; what was acknowledged before is safe (``synchronous=FULL``). A commit counts only if the files still are where
they were: into a file that was removed or replaced, a commit would succeed and be lost.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from service.delivery import database, folder, wal
from service.delivery.database import DamagedFileError
from service.delivery.row import Row
from service.delivery.segment import Segment


class Ref(NamedTuple):
    """Where a row is."""

    store: Store
    segment: Segment
    number: int


class Damage(NamedTuple):
    """Rows that could not be read. Of a file that is no database any more nobody knows how many: ``rows`` is 0."""

    file: str
    rows: int

    @property
    def what(self) -> str:
        """How much, in words."""
        return f"{self.rows} batches are" if self.rows else "some of what it held may be"


class Store:
    """See the module. Raises ``BlockingIOError`` if another process has the folder, ``OSError``, ``ConfigError``."""

    def __init__(self, path: Path, rotate_bytes: int, patience: float = 0.0) -> None:
        self.path = path
        self._damages: list[Damage] = []
        self._rotate_bytes = rotate_bytes
        folder.make(path)
        self._lock = folder.Lock(path, patience)
        self._segments: list[Segment] = []
        self._identity: tuple[int, ...] | None = None  # of the newest file
        try:
            self._next = 1 + max((int(file.name[:6]) for file in path.glob("[0-9]*")), default=0)
            self._remove_leftovers()
            for file in folder.segments(path):
                self._open(file)
        except BaseException:
            self.close()
            raise

    def _remove_leftovers(self) -> None:
        """Parts of files whose deletion was cut short."""
        for side in database.SIDES[1:]:
            for part in self.path.glob(f"[0-9]*.db{side}"):
                if not part.with_name(part.name.removesuffix(side)).exists():
                    part.unlink(missing_ok=True)

    def _open(self, file: Path) -> None:
        try:
            if not file.stat().st_size:  # its making was cut short
                database.remove(file)
                return
            database.schema_of(file)
            if wal.salvage(file):
                self._damages.append(Damage(f"{file.name}-wal", 0))
            segment = Segment.open(file)
        except DamagedFileError:
            database.set_aside(file)
            self._damages.append(Damage(file.name, 0))
            return
        self._segments.append(segment)
        self._drop_if_done(segment)

    @property
    def bytes(self) -> int:
        """On disk, what is done and not deleted yet included."""
        return sum(segment.bytes for segment in self._segments)

    @property
    def unread(self) -> int:
        """Rows not handed out yet."""
        return sum(segment.unread for segment in self._segments)

    @property
    def waiting(self) -> int:
        """Rows that are not done."""
        return sum(segment.unread + len(segment.held) for segment in self._segments)

    @property
    def waiting_bytes(self) -> int:
        """Bytes of the rows that are not done."""
        return sum(segment.unread_bytes + segment.held_bytes for segment in self._segments)

    @property
    def oldest(self) -> int | None:
        """When the row that waits longest came, of those handed out, which are the oldest."""
        return min((next(iter(segment.held.values())).enqueued for segment in self._segments if segment.held), default=None)

    def append(self, rows: Sequence[Row], may_hand_out: bool) -> list[Ref]:
        """Adds rows durably. Returns where they are, if they were handed out at once; else they come later. Raises ``sqlite3.Error``, ``OSError``."""
        segment = self._current()
        try:
            numbers = segment.write(rows)
        except sqlite3.Error as error:
            if not (database.is_full(error) or database.is_busy(error)):
                self._give_up(segment)
            raise
        self._check_place(segment)
        first = all(other.unread == 0 for other in self._segments if other is not segment)
        if may_hand_out and first and segment.hand_out_written(rows):
            return [Ref(self, segment, number) for number in numbers]
        return []

    def _check_place(self, segment: Segment) -> None:
        """Raises ``OSError`` unless what was just written will be found again."""
        found = database.identity(segment.path, log=True)
        self._identity = self._identity or found
        if found is None or found != self._identity or not self._lock.is_in_place:
            self._give_up(segment)
            raise OSError(errno.ENOENT, "the queue's files were removed or replaced")

    def _take_place(self) -> None:
        """Has the folder again, if somebody took it away. Raises ``BlockingIOError`` if another process was quicker."""
        if not self._lock.is_in_place:
            folder.make(self.path)
            lost, self._lock = self._lock, folder.Lock(self.path)
            lost.release()

    def _current(self) -> Segment:
        self._take_place()
        last = self._segments[-1] if self._segments else None
        if last is not None and not last.sealed:
            if last.bytes < self._rotate_bytes:
                return last
            self._set_down(last)
        fresh = Segment.create(self.path / f"{self._next:06d}.db")
        self._next += 1
        self._identity = None
        self._segments.append(fresh)
        return fresh

    def _set_down(self, segment: Segment) -> None:
        """Ends a file."""
        if segment.is_drained:
            self._drop(segment)
        else:
            segment.seal()

    def _give_up(self, segment: Segment) -> None:
        """After the disk failed on it."""
        segment.seal()
        if not segment.bytes:
            self._drop(segment)

    def _drop(self, segment: Segment) -> None:
        self._segments.remove(segment)
        self._report(segment)
        segment.discard()

    def _report(self, segment: Segment) -> None:
        if segment.lost > segment.reported:
            self._damages.append(Damage(segment.path.name, segment.lost - segment.reported))
            segment.reported = segment.lost

    def damages(self) -> list[Damage]:
        """What was found damaged since the last call."""
        for segment in self._segments:
            self._report(segment)
        found, self._damages = self._damages, []
        return found

    def fetch(self, limit: int) -> list[tuple[Ref, Row]]:
        """The oldest rows not handed out yet: one at least, if there is any, and more up to ``limit`` bytes."""
        found: list[tuple[Ref, Row]] = []
        for segment in list(self._segments):
            if limit <= 0:
                break
            for number, row in segment.fetch(limit) if segment.unread else ():
                found.append((Ref(self, segment, number), row))
                limit -= row.cost
            self._drop_if_done(segment)
        return found

    def mark(self, ref: Ref) -> None:
        """A row is done."""
        ref.segment.mark(ref.number)
        self._drop_if_done(ref.segment)

    def _drop_if_done(self, segment: Segment) -> None:
        if segment.sealed and segment.is_drained and segment in self._segments:
            self._drop(segment)

    def flush(self) -> None:
        """Notes on disk what is done."""
        for segment in self._segments:
            segment.flush()

    def settle(self) -> bool:
        """Settles one file that has been ended; whether there was one."""
        segment = next((segment for segment in self._segments if segment.sealed and not segment.settled), None)
        if segment is not None:
            segment.settle()
        return segment is not None

    def look_around(self) -> None:
        """Notices what other processes removed, and ends a file with nothing left to do."""
        for segment in list(self._segments):
            segment.notice_changes()
            self._drop_if_done(segment)

    def tidy(self) -> None:
        """Deletes files of which all is done, the newest included."""
        for segment in list(self._segments):
            if segment.is_drained:
                self._drop(segment)

    def close(self) -> None:
        """Gives the folder back; what waits stays in it."""
        for segment in self._segments:
            segment.close()
        self._segments.clear()
        self._lock.release()

    def remove(self) -> None:
        """Removes the folder, of which all is done."""
        self.tidy()
        self._lock.remove()
