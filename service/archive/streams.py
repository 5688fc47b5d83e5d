"""Chunks as a file to read from, and a file to write to as chunks."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from service.archive.contract import ArchiveError

_CHUNK = 1 << 20


class SourceError(Exception):
    """What is read from has failed: no member's failure, but the whole file's."""

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
                raise SourceError(error) from None
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


class Written(io.RawIOBase):
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
