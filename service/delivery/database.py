"""SQLite files as a queue wants them: durable at each commit, readable over releases, never mistaken for something else.

A file says in its header what it is (``application_id``) and how its tables look (``user_version``: the schema version). Both stand in
the main file before anything is stored in it, so that they are read without opening it as a database: what a newer release wrote is
refused, and stays as it is. ``READABLE`` is the one place that knows older schemas.

WAL with ``synchronous=FULL`` syncs at every commit; NORMAL would not (sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

from service.delivery.row import Row
from service.errors import ConfigError, ScrubjayError
from service.exporters.ownership import sync_directory

SCHEMA_VERSION = 1
_APPLICATION_ID = 0x53637262
_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_PAGE_SIZE_AT, _PAGES_AT, _VERSION_AT, _APPLICATION_AT = 16, 28, 60, 68  # sqlite.org/fileformat.html#the_database_header
_MOST_BYTES = 4 << 30
_BUSY_SECONDS = 10.0
SIDES = ("", "-wal", "-shm")
"""What a database consists of besides its name."""

COLUMNS = ", ".join(Row._fields)
READABLE = {SCHEMA_VERSION: f"id, crc, {COLUMNS}"}
"""By schema version: the columns of ``batch`` that give today's row."""

_INSERT = f"INSERT INTO batch (id, crc, {COLUMNS}) VALUES ({', '.join('?' * (2 + len(Row._fields)))})"  # noqa: S608 - names of our own
_SCHEMA = """
CREATE TABLE batch (
  id INTEGER PRIMARY KEY, crc INTEGER NOT NULL, enqueued INTEGER NOT NULL, tenant TEXT NOT NULL, signal TEXT NOT NULL, codec TEXT NOT NULL,
  content_type TEXT NOT NULL, encoding TEXT NOT NULL, send_encoding TEXT NOT NULL, plan_hash TEXT NOT NULL, refused INTEGER NOT NULL,
  reason TEXT NOT NULL, payload BLOB NOT NULL
);
CREATE TABLE done (id INTEGER PRIMARY KEY);
"""


class DamagedFileError(ScrubjayError):
    """A file of a queue is no database any more. ``str()`` is its name."""


def schema_of(path: Path) -> int:
    """The schema version of a file. Raises ``DamagedFileError``, ``OSError``, or ``ConfigError`` for one that a newer release wrote."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC) or _number(header, _APPLICATION_AT) != _APPLICATION_ID:
        raise DamagedFileError(path.name)
    version = _number(header, _VERSION_AT)
    if version > SCHEMA_VERSION:
        raise ConfigError(
            f"{path}: a queue of schema version {SCHEMA_VERSION} or older, this one has {version}; let the newer release that wrote it"
            " drain it, or move the file away"
        )
    if version not in READABLE:
        raise DamagedFileError(path.name)
    return version


def fill_up(path: Path) -> None:
    """Brings a file that was cut off to the size its header speaks of: then what is there of it can be read."""
    with path.open("rb+") as file:
        header = file.read(_HEADER_BYTES)
        size = _number(header, _PAGES_AT) * int.from_bytes(header[_PAGE_SIZE_AT : _PAGE_SIZE_AT + 2], "big")
        if file.seek(0, os.SEEK_END) < size <= _MOST_BYTES:
            file.truncate(size)


def _number(header: bytes, at: int) -> int:
    return int.from_bytes(header[at : at + 4], "big")


def create(path: Path, *, shrinks: bool = False) -> sqlite3.Connection:
    """A new file, durable in its folder. ``shrinks``: what is deleted gives its space back to the disk."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        connection = _connect(path)
        try:
            connection.execute("PRAGMA page_size = 16384")
            connection.execute(f"PRAGMA auto_vacuum = {'FULL' if shrinks else 'NONE'}")
            connection.executescript(
                f"BEGIN; {_SCHEMA} PRAGMA application_id = {_APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;",
            )
            connection.execute("PRAGMA journal_mode = WAL")
            sync_directory(path.parent)
        except BaseException:
            connection.close()
            raise
    except BaseException:
        remove(path)
        raise
    return connection


def open_existing(path: Path) -> sqlite3.Connection:
    """A file whose schema ``schema_of`` knows. Raises ``DamagedFileError`` or ``OSError``."""
    connection: sqlite3.Connection | None = None
    try:
        connection = _connect(path)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        if path.exists() and is_damage(error):
            raise DamagedFileError(path.name) from None
        raise OSError(errno.EIO, name_of(error)) from None
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    """Transactions are begun by hand. Nothing is copied into the main file behind our back: what is delivered quickly is written once."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    return connection


def insert(connection: sqlite3.Connection, number: int, row: Row) -> None:
    """Adds a row under a number; within the caller's transaction."""
    connection.execute(_INSERT, (number, row.crc(), *row))


def as_row(stored: tuple[object, ...]) -> Row | None:
    """A row as selected by ``READABLE``; ``None`` where it is not what was written."""
    try:
        row = Row._make(stored[2:])
        return row if row.crc() == stored[1] else None
    except (TypeError, UnicodeError):
        return None


def name_of(error: sqlite3.Error) -> str:
    """SQLite's name of an error, which holds nothing of the data."""
    return str(getattr(error, "sqlite_errorname", "") or type(error).__name__)


_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)
_UNREADABLE = (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is at fault, and not a full disk or a limit, which may pass. Text that can't be decoded has no code."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF in _DAMAGE or code in _UNREADABLE


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another process only held the file for too long."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_full(error: sqlite3.Error) -> bool:
    """Whether the disk is full, and the file as good as before."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL


def identity(path: Path, *, log: bool) -> tuple[int, ...] | None:
    """What tells a database's file, and its ``log``, from others of their names; ``None`` where one is not there."""
    try:
        found = [os.stat(path.with_name(path.name + side)) for side in SIDES[: 1 + log]]
    except OSError:
        return None
    return tuple(number for one in found for number in (one.st_dev, one.st_ino))


def remove(path: Path) -> None:
    """Deletes a database with all that belongs to it."""
    for side in SIDES:
        path.with_name(path.name + side).unlink(missing_ok=True)


def set_aside(path: Path) -> None:
    """Keeps a damaged file for whoever looks into it; it is not looked at again."""
    for side in SIDES[:2]:
        part = path.with_name(path.name + side)
        if part.exists():
            part.rename(path.with_name(f"{path.name}.damaged{side}"))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
