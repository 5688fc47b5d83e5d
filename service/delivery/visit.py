"""A look into one file of a queue from outside the service, which may be running and using it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from service.delivery import database, folder, wal
from service.delivery.database import DamagedFileError
from service.errors import ScrubjayError


class UnreadableError(ScrubjayError):
    """A file could not be used. ``str()`` names it, and what is wrong."""


class Visit(NamedTuple):
    """An open file, and the columns of its ``batch`` that make a row."""

    connection: sqlite3.Connection
    columns: str


@contextmanager
def visiting(file: Path) -> Iterator[Visit | None]:
    """The file, while it is worked on; ``None`` where it has gone meanwhile, since all of it was delivered, or is just being made.

    Raises ``UnreadableError`` where it or what is done with it fails, ``ConfigError`` for what a newer release wrote.
    """
    try:
        visit = _opened(file)
    except DamagedFileError:
        raise UnreadableError(f"{file}: damaged; see `scrubjay queue verify`") from None
    except OSError as error:
        raise UnreadableError(f"{file}: {error.strerror}") from None
    try:
        yield visit
    except sqlite3.Error as error:
        raise UnreadableError(f"{file}: {database.name_of(error)}") from None
    finally:
        if visit is not None:
            visit.connection.close()


def make_whole(file: Path) -> None:
    """Before a file is opened that no service has in use: opening would drop what is behind the damage to its log. Raises as ``salvage``."""
    log = file.with_name(file.name + "-wal")
    if not log.exists() or not folder.has_lock(file.parent):
        return
    try:
        lock = folder.Lock(file.parent)
    except BlockingIOError:
        return
    try:
        wal.salvage(file)
    finally:
        lock.release()


def _opened(file: Path) -> Visit | None:
    try:
        if not file.stat().st_size:
            return None
        columns = database.READABLE[database.schema_of(file)]
        make_whole(file)
        return Visit(database.open_existing(file), columns)
    except FileNotFoundError:
        return None
