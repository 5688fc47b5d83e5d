"""How requests lie in a file that harnesses read and write: each behind its length in four bytes, little-endian."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

_LENGTH = struct.Struct("<I")


def write(file: Path, requests: Iterable[bytes]) -> None:
    with file.open("wb") as out:
        for request in requests:
            out.write(_LENGTH.pack(len(request)))
            out.write(request)


def read(file: Path) -> list[bytes]:
    """Raises ``ValueError`` where the file ends within a request."""
    content = file.read_bytes()
    found: list[bytes] = []
    at = 0
    while at < len(content):
        if at + _LENGTH.size > len(content):
            raise ValueError(f"{file} ends within a length")
        (length,) = _LENGTH.unpack_from(content, at)
        at += _LENGTH.size
        if at + length > len(content):
            raise ValueError(f"{file} ends within a request")
        found.append(content[at : at + length])
        at += length
    return found
