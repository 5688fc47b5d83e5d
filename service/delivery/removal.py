"""Taking batches out of a queue's files by hand: dead letters to be sent again, and what must not be kept. Works beside a running service.

A replay is put together in a folder of its own, which is renamed when it is whole and durable; only then the dead letters are removed.
A crash in between means that they are sent and kept, and no loss. What is purged is overwritten (``secure_delete``).
"""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from pathlib import Path
from typing import NamedTuple

from service.delivery import database, folder
from service.delivery.row import Row
from service.delivery.store import Store
from service.delivery.visit import UnreadableError, Visit, visiting
from service.exporters.ownership import sync_directory

_CHUNK = 64
_ROTATE_BYTES = 64 << 20


class Filter(NamedTuple):
    """What is meant: batches of a tenant, and batches that came before a time (milliseconds since 1970). Both hold where both are given."""

    tenant: str | None = None
    before: int | None = None

    def condition(self) -> tuple[str, list[object]]:
        """As SQL, with its values."""
        parts = [("tenant = ?", self.tenant), ("enqueued < ?", self.before)]
        given = [(text, value) for text, value in parts if value is not None]
        return " AND ".join(text for text, _ in given) or "TRUE", [value for _, value in given]


class _Mark(NamedTuple):
    """A dead letter: numbers of rows that were removed are used again."""

    number: int
    crc: int


def count(file: Path, wanted: Filter) -> int:
    """How many waiting batches of a file are meant. Raises ``ScrubjayError``."""
    with visiting(file) as visit:
        return 0 if visit is None else _count(visit.connection, wanted)


def _count(connection: sqlite3.Connection, wanted: Filter) -> int:
    condition, values = wanted.condition()
    query = f"SELECT count(*) FROM batch WHERE {condition} AND id NOT IN (SELECT id FROM done)"  # noqa: S608 - conditions of our own
    return int(connection.execute(query, values).fetchone()[0])


def purge(file: Path, wanted: Filter) -> int:
    """Deletes what is meant, delivered batches whose file is still there included; how many of them waited. Raises ``ScrubjayError``."""
    condition, values = wanted.condition()
    with visiting(file) as visit:
        if visit is None:
            return 0
        visit.connection.execute("BEGIN IMMEDIATE")
        removed = _count(visit.connection, wanted)
        visit.connection.execute(f"DELETE FROM batch WHERE {condition}", values)  # noqa: S608 - conditions of our own
        visit.connection.execute("COMMIT")
        return removed


def replay(exporter: Path) -> int:
    """Has all dead letters of an exporter sent again, by the service that runs or the next one; how many. Raises ``ScrubjayError``."""
    _clear_abandoned(exporter)
    staged, final = folder.staged_replay(exporter, secrets.token_hex(6))
    moved: list[tuple[Path, list[_Mark]]] = []
    try:
        store = Store(staged, _ROTATE_BYTES)
        try:
            for file in folder.dead_letter_files(exporter):
                with visiting(file) as visit:
                    if visit is not None:
                        moved.append((file, _copy(visit, store)))
        finally:
            store.close()
        total = sum(len(marks) for _, marks in moved)
        if not total:
            shutil.rmtree(staged)
            return 0
        staged.rename(final)
        sync_directory(exporter)
    except OSError as error:
        raise UnreadableError(f"{staged}: {error.strerror}") from None
    for file, marks in moved:
        _remove(file, marks)
    return total


def _copy(visit: Visit, store: Store) -> list[_Mark]:
    """Copies what is whole; what tells it from what comes meanwhile."""
    marks: list[_Mark] = []
    rows: list[Row] = []
    for stored in visit.connection.execute(f"SELECT {visit.columns} FROM batch ORDER BY id"):  # noqa: S608 - names of our own
        row = database.as_row(stored)
        if row is None:
            continue
        marks.append(_Mark(stored[0], stored[1]))
        rows.append(row._replace(refused=0, reason=""))
        if len(rows) == _CHUNK:
            store.append(rows, False)
            rows.clear()
    if rows:
        store.append(rows, False)
    return marks


def _remove(file: Path, marks: list[_Mark]) -> None:
    with visiting(file) as visit:
        if visit is not None:
            visit.connection.execute("BEGIN IMMEDIATE")
            visit.connection.executemany("DELETE FROM batch WHERE id = ? AND crc = ?", marks)
            visit.connection.execute("COMMIT")


def _clear_abandoned(exporter: Path) -> None:
    """What a replay left that was cut short: its dead letters are still where they were."""
    for path in folder.abandoned_replays(exporter):
        if not folder.is_in_use(path):
            shutil.rmtree(path, ignore_errors=True)
