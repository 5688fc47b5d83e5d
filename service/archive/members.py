"""zip and tar: read member by member, and written again with what became of each.

Names, order, modes, times and, in zip, the way of packing stay. What else a member carries is free text and goes: comments and extra fields
of zip, comments and extended attributes of pax. Nothing is ever unpacked to the disk by its name, so that absolute names, ``..`` and links
are carried over as they are.
"""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, BinaryIO, cast

from service.archive.contract import ArchiveError

_CHUNK = 1 << 20
_SPOOL_BYTES = 8 << 20
_BLOCK = 512
_PACKINGS = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
_ERRORS = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)

Rework = Callable[[Iterator[bytes], str], Iterator[bytes]]
"""What becomes of a member's content, given its name. Raises ``ArchiveError``: then the member is left out."""

Failed = Callable[[str, ArchiveError], None]
"""Told the name of a member that is left out, and why."""


def is_tar(head: bytes) -> bool:
    """Whether a content begins like a tar: by its magic, or in the oldest form, which has none, by the checksum of its first header."""
    if len(head) < _BLOCK:
        return False
    if head[257:262] == b"ustar":
        return True
    try:
        return bool(head[0]) and int(head[148:156].strip(b" \0"), 8) == sum(head[:148]) + 8 * 32 + sum(head[156:_BLOCK])
    except ValueError:
        return False


def is_zip(head: bytes) -> bool:
    """Whether a content begins like a zip, empty ones included."""
    return head.startswith((b"PK\3\4", b"PK\5\6"))


class _SourceError(Exception):
    """What a tar is read from has failed: no member's failure, but the whole file's."""

    def __init__(self, error: ArchiveError) -> None:
        super().__init__()
        self.error = error


class _Chunks(io.RawIOBase):
    """Chunks as a file to read from, once."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = b""

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]  # the base class takes any buffer
        while not self._held:
            try:
                chunk = next(self._chunks, None)
            except ArchiveError as error:
                raise _SourceError(error) from None
            if chunk is None:
                return 0
            self._held = chunk
        size = min(len(into), len(self._held))
        into[:size] = self._held[:size]
        self._held = self._held[size:]
        return size


def as_file(chunks: Iterator[bytes]) -> BinaryIO:
    """``chunks`` to be read like a file, from front to end."""
    return cast("BinaryIO", io.BufferedReader(_Chunks(chunks), _CHUNK))


class _Written(io.RawIOBase):
    """What was written since it was last taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]  # whatever has a buffer
        self._parts.append(part)
        self._at += len(part)
        return len(part)

    def take(self) -> bytes:
        """All of it, once."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def _read(content: IO[bytes]) -> Iterator[bytes]:
    while chunk := content.read(_CHUNK):
        yield chunk


def _spooled(content: Iterator[bytes], spool_dir: Path | None) -> IO[bytes]:
    """``content``, which is redacted, as a file to read again: in memory, or in a file without a name."""
    spool = tempfile.SpooledTemporaryFile(_SPOOL_BYTES, dir=None if spool_dir is None else str(spool_dir))  # noqa: SIM115  # whoever gets it closes it
    for chunk in content:
        spool.write(chunk)
    spool.seek(0)
    return cast("IO[bytes]", spool)


def rewritten_tar(chunks: Iterator[bytes], rework: Rework, failed: Failed, spool_dir: Path | None) -> Iterator[bytes]:
    """The tar in ``chunks`` with its members reworked. Raises ``ArchiveError`` where it is damaged."""
    sink = _Written()
    try:
        with (
            tarfile.open(fileobj=as_file(chunks), mode="r|") as source,
            tarfile.open(fileobj=cast("IO[bytes]", sink), mode="w", format=tarfile.PAX_FORMAT) as out,
        ):
            for info in source:
                info.pax_headers = {}
                content = source.extractfile(info) if info.isreg() else None
                if content is None:
                    out.addfile(info)
                else:
                    info.type, info.sparse = tarfile.REGTYPE, None  # a sparse file's holes are zeros here
                    _add_to_tar(out, info, content, rework, failed, spool_dir)
                yield sink.take()
        yield sink.take()
    except _SourceError as failure:
        raise failure.error from None
    except _ERRORS:
        raise ArchiveError("damaged", "not whole as tar") from None


def _add_to_tar(out: tarfile.TarFile, info: tarfile.TarInfo, content: IO[bytes], rework: Rework, failed: Failed, spool_dir: Path | None) -> None:
    try:
        with _spooled(rework(_read(content), info.name), spool_dir) as spool:
            info.size = spool.seek(0, io.SEEK_END)
            spool.seek(0)
            out.addfile(info, spool)
    except ArchiveError as error:
        failed(info.name, error)


def rewritten_zip(file: BinaryIO, rework: Rework, failed: Failed, spool_dir: Path | None, max_ratio: int) -> Iterator[bytes]:
    """The zip in ``file``, which can be sought in, with its members reworked. Raises ``ArchiveError`` where it is damaged."""
    sink = _Written()
    try:
        with zipfile.ZipFile(file) as source, zipfile.ZipFile(cast("IO[bytes]", sink), "w") as out:
            for info in source.infolist():
                try:
                    _add_to_zip(source, out, info, rework, spool_dir, max_ratio)
                except ArchiveError as error:
                    failed(info.filename, error)
                except _ERRORS:
                    failed(info.filename, ArchiveError("damaged", "not whole as zip"))
                yield sink.take()
        yield sink.take()
    except _ERRORS:
        raise ArchiveError("damaged", "not whole as zip") from None


def _add_to_zip(source: zipfile.ZipFile, out: zipfile.ZipFile, info: zipfile.ZipInfo, rework: Rework, spool_dir: Path | None, max_ratio: int) -> None:
    new = zipfile.ZipInfo(info.filename, info.date_time)
    new.external_attr, new.create_system, new.compress_type = info.external_attr, info.create_system, info.compress_type
    if info.is_dir():
        out.writestr(new, b"")
        return
    if info.flag_bits & 1:
        raise ArchiveError("encrypted", "encrypted")
    if info.compress_type not in _PACKINGS:
        raise ArchiveError("damaged", "packed in a way that is not known here")
    with source.open(info) as content:
        spool = _spooled(rework(_bounded(_read(content), info.compress_size * max_ratio), info.filename), spool_dir)
    with spool, out.open(new, "w", force_zip64=spool.seek(0, io.SEEK_END) > 1 << 31) as target:
        spool.seek(0)
        for chunk in _read(spool):
            target.write(chunk)


def _bounded(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > max(most, 64 << 20):
            raise ArchiveError("bomb", "many times as large when decompressed (--max-ratio allows more)")
        yield chunk
