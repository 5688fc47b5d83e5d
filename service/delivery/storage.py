"""All that one worker has on disk for one exporter: its queue, queues it has adopted, its dead letters. Used from one thread.

Worker 0 adopts what belongs to nobody: the folders of workers that no longer exist, and replays. An adopted folder is drained, then removed.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from config.exporters import SendingQueue
from service.delivery import database, folder
from service.delivery.database import DamagedFileError
from service.delivery.dead_letters import DeadLetters
from service.delivery.row import Row
from service.delivery.store import Damage, Ref, Store
from service.delivery.worker import Worker
from service.errors import ConfigError
from service.exporters.ownership import takes_bytes
from service.telemetry import described

_ROTATE_BYTES = 64 << 20
_LEAST_ROTATE_BYTES = 256 << 10
_FILES = 16
_PATIENCE_SECONDS = 2.0
"""A process that was killed, or a command that looks whether a folder is in use, may hold its lock a moment longer."""

_log = logging.getLogger("scrubjay")


class Stats(NamedTuple):
    """How much there is: on disk, of that waiting, of that not handed out yet; and the dead letters. ``oldest``: milliseconds since 1970."""

    disk_bytes: int
    waiting_bytes: int
    waiting: int
    unread: int
    oldest: int | None
    letters: int
    letter_bytes: int


class Storage:
    """See the module. Raises ``ConfigError`` where it can't be used."""

    def __init__(self, exporter: str, settings: SendingQueue, worker: Worker) -> None:
        self._exporter = exporter
        self._worker = worker
        self.path = folder.of_exporter(Path(settings.storage), exporter)
        self.max_bytes = max(1, settings.max_bytes // worker.count)
        self._rotate_bytes = max(_LEAST_ROTATE_BYTES, min(_ROTATE_BYTES, self.max_bytes // _FILES))
        letters = settings.dead_letters
        where = f"exporters.{exporter}.sending_queue.storage"
        own = folder.of_worker(self.path, worker.index)
        self._damages: list[Damage] = []
        self._adopted: list[Store] = []
        self._left_alone: set[Path] = set()
        try:
            self._own = Store(own, self._rotate_bytes, _PATIENCE_SECONDS)
        except BlockingIOError:
            raise ConfigError(f"{where}: a directory no other service uses ({own} is in use)") from None
        except (OSError, sqlite3.Error) as error:
            raise _unusable(where, error) from None
        try:
            self.letters = DeadLetters(folder.dead_letters(self.path, worker.index), max(1, letters.max_bytes // worker.count), letters.max_age)
            if self.letters.was_damaged:
                self._damages.append(Damage(self.letters.path.name, 0))
            self.adopt()
        except (OSError, sqlite3.Error) as error:
            self._own.close()
            raise _unusable(where, error) from None
        except BaseException:
            self._own.close()
            raise

    @property
    def _stores(self) -> list[Store]:
        """Adopted ones first: what is in them is older."""
        return [*self._adopted, self._own]

    def stats(self) -> Stats:
        """How much there is now."""
        stores = self._stores
        return Stats(
            disk_bytes=sum(store.bytes for store in stores),
            waiting_bytes=sum(store.waiting_bytes for store in stores),
            waiting=sum(store.waiting for store in stores),
            unread=sum(store.unread for store in stores),
            oldest=min((store.oldest for store in stores if store.oldest is not None), default=None),
            letters=self.letters.count,
            letter_bytes=self.letters.bytes,
        )

    def damages(self) -> list[Damage]:
        """What was found damaged since the last call."""
        found, self._damages = self._damages, []
        for store in self._stores:
            found += store.damages()
        return found

    def append(self, rows: Sequence[Row], done: Sequence[Ref], may_hand_out: bool) -> list[Ref]:
        """Adds rows durably; as ``Store.append``. What is ``done`` is noted in the same commit where that is possible."""
        self._mark(done)
        return self._own.append(rows, may_hand_out)

    def finish(self, done: Sequence[Ref]) -> None:
        """Notes what is done. A crash before the disk has it means duplicates, and no loss."""
        self._mark(done)
        for store in self._stores:
            store.flush()

    def _mark(self, done: Sequence[Ref]) -> None:
        for ref in done:
            ref.store.mark(ref)

    def fetch(self, limit: int) -> list[tuple[Ref, Row]]:
        """As ``Store.fetch``, from all folders."""
        found: list[tuple[Ref, Row]] = []
        for store in self._stores:
            if limit > 0 and store.unread:
                rows = store.fetch(limit)
                limit -= sum(row.cost for _, row in rows)
                found += rows
        return found

    def read(self, ref: Ref) -> Row | None:
        """A row that was handed out before; ``None`` if it is not there any more."""
        return ref.segment.read(ref.number)

    def look_around(self, is_idle: bool) -> int:
        """Housekeeping: notices what other processes did, adopts, lets dead letters expire (returns how many), deletes what is drained."""
        self.look_again()
        if is_idle:
            self._own.tidy()
        for store in [store for store in self._adopted if not store.waiting]:
            self._adopted.remove(store)
            store.remove()
            self._damages += store.damages()
            if store.path.exists():  # damaged files are in it
                self._left_alone.add(store.path)
        try:
            self.adopt()
        except (OSError, sqlite3.Error, ConfigError) as error:
            _log.error("%s: looking for queues left behind failed: %s", self._exporter, described(error))
        return self.letters.expire()

    def look_again(self) -> None:
        """The quick part of ``look_around``. Settles one file at most: that takes a while, in which nothing is stored."""
        for store in self._stores:
            store.look_around()
        self.letters.notice_changes()
        any(store.settle() for store in self._stores)

    def adopt(self) -> None:
        """Worker 0: takes over what belongs to nobody. Raises ``ConfigError`` for what a newer release left."""
        if self._worker.index:
            return
        for number, file in folder.orphaned_letters(self.path, self._worker.count):
            if file not in self._left_alone:
                self._take_over_letters(number, file)
        taken = {store.path for store in self._adopted} | self._left_alone
        for path in folder.orphans(self.path, self._worker.count):
            if path in taken:
                continue
            try:
                store = Store(path, self._rotate_bytes)
            except BlockingIOError:
                continue
            except (OSError, sqlite3.Error) as error:
                _log.error("%s: %s can't be delivered from: %s", self._exporter, path.name, described(error))
                continue
            except ConfigError:
                self._left_alone.add(path)
                raise
            if store.waiting:
                _log.warning("%s: %d batches that %s holds are delivered from here", self._exporter, store.waiting, path.name)
            self._adopted.append(store)

    def _take_over_letters(self, number: int, file: Path) -> None:
        owner = folder.of_worker(self.path, number)
        folder.make(owner)
        try:
            lock = folder.Lock(owner)
        except BlockingIOError:
            return
        try:
            self.letters.take_over(file)
        except DamagedFileError:
            database.set_aside(file)
            self._damages.append(Damage(file.name, 0))
        except sqlite3.Error as error:
            _log.error("%s: %s can't be taken over: %s", self._exporter, file.name, database.name_of(error))
            self._left_alone.add(file)
        finally:
            lock.release()

    def probe(self) -> bool:
        """Whether the folder takes a few bytes now."""
        return takes_bytes(self._own.path / "probe")

    def tidy(self) -> None:
        """Deletes what is drained."""
        for store in self._stores:
            store.tidy()

    def close(self) -> None:
        """Gives everything back; what waits stays on disk."""
        for store in self._adopted:
            if store.waiting:
                store.close()
            else:
                store.remove()
        self._own.close()
        self.letters.close()


def _unusable(where: str, error: OSError | sqlite3.Error) -> ConfigError:
    reason = database.name_of(error) if isinstance(error, sqlite3.Error) else error.strerror
    return ConfigError(f"{where}: a directory that can be written to ({reason})")
