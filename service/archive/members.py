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
from typing import IO, BinaryIO, cast

from service.archive.contract import ArchiveError
from service.archive.streams import SourceError, Written, as_file

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


def _read(content: IO[bytes]) -> Iterator[bytes]:
    while chunk := content.read(_CHUNK):
        yield chunk


def _spooled(content: Iterator[bytes]) -> IO[bytes]:
    """``content``, which is redacted, as a file to read again: in memory, or in a file without a name."""
    spool = tempfile.SpooledTemporaryFile(_SPOOL_BYTES)  # noqa: SIM115  # whoever gets it closes it
    for chunk in content:
        spool.write(chunk)
    spool.seek(0)
    return cast("IO[bytes]", spool)


def rewritten_tar(chunks: Iterator[bytes], rework: Rework, failed: Failed) -> Iterator[bytes]:
    """The tar in ``chunks`` with its members reworked. Raises ``ArchiveError`` where it is damaged."""
    sink = Written()
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
                    _add_to_tar(out, info, content, rework, failed)
                yield sink.take()
        yield sink.take()
    except SourceError as failure:
        raise failure.error from None
    except _ERRORS:
        raise ArchiveError("damaged", "not whole as tar") from None


def _add_to_tar(out: tarfile.TarFile, info: tarfile.TarInfo, content: IO[bytes], rework: Rework, failed: Failed) -> None:
    try:
        with _spooled(rework(_read(content), info.name)) as spool:
            info.size = spool.seek(0, io.SEEK_END)
            spool.seek(0)
            out.addfile(info, spool)
    except ArchiveError as error:
        failed(info.name, error)


def rewritten_zip(file: BinaryIO, rework: Rework, failed: Failed, max_ratio: int) -> Iterator[bytes]:
    """The zip in ``file``, which can be sought in, with its members reworked. Raises ``ArchiveError`` where it is damaged."""
    sink = Written()
    try:
        with zipfile.ZipFile(file) as source, zipfile.ZipFile(cast("IO[bytes]", sink), "w") as out:
            for info in source.infolist():
                try:
                    _add_to_zip(source, out, info, rework, max_ratio)
                except ArchiveError as error:
                    failed(info.filename, error)
                except _ERRORS:
                    failed(info.filename, ArchiveError("damaged", "not whole as zip"))
                yield sink.take()
        yield sink.take()
    except _ERRORS:
        raise ArchiveError("damaged", "not whole as zip") from None


def _add_to_zip(source: zipfile.ZipFile, out: zipfile.ZipFile, info: zipfile.ZipInfo, rework: Rework, max_ratio: int) -> None:
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
        spool = _spooled(rework(_bounded(_read(content), info.compress_size * max_ratio), info.filename))
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
