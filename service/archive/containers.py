"""Compressed files: known by how they begin, undone in bounded memory, done again piece by piece.

Of what a file carries beside its content nothing goes into the new one: a gzip member's name and comment (RFC 1952, section 2.3), skippable
frames of zstd (RFC 8878, section 3.1.2) and lz4.
"""

from __future__ import annotations

import bz2
import io
import lzma
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol, cast

import lz4.frame
import zstandard
from isal import igzip_lib

from service.archive.contract import ArchiveError, Container

_READ = 1 << 20
_BOMB_FROM = 64 << 20
_XZ_MEMORY = 128 << 20
"""What ``xz -9`` needs to be undone is 65 MiB."""
_ZSTD_WINDOW = 128 << 20
"""What ``zstd`` itself takes without being asked to (``--memory``)."""

_GZIP_LEVEL = 1
_BZIP2_LEVEL = 9
_XZ_PRESET = 3
_ZSTD_LEVEL = 3

_END_MARK = b"S" * 64
_END = zstandard.ZstdCompressor(write_content_size=False).compress(_END_MARK)
"""A frame put behind a file: zstandard's reader ends silently at a cut, but then this frame is swallowed by the one that was cut."""


class _Undoing(Protocol):
    """What decompressors of the standard library, isal and lz4 have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes | None: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Watched:
    """Counts what is read, and what came of it."""

    def __init__(self, raw: BinaryIO, max_ratio: int) -> None:
        self._raw = raw
        self._ratio = max_ratio
        self._read = self._out = 0

    def read(self, size: int = _READ) -> bytes:
        data = self._raw.read(size)
        self._read += len(data)
        return data

    def check(self, chunk: bytes) -> bytes:
        """``chunk``, unless that makes too much. Raises ``ArchiveError``."""
        self._out += len(chunk)
        if self._out > _BOMB_FROM and self._out > self._ratio * self._read:
            raise ArchiveError("bomb", f"over {self._ratio} times as large when decompressed (--max-ratio allows more)")
        return chunk


class Plain:
    """No container at all."""

    name = "plain"
    empty = b""

    def open(self, raw: BinaryIO, max_ratio: int) -> Iterator[bytes]:
        """See :class:`Container`."""
        del max_ratio
        while chunk := raw.read(_READ):
            yield chunk

    def pack(self, content: bytes) -> bytes:
        """The very object."""
        return content


class _Streams:
    """A container whose files are streams one behind the other."""

    def __init__(self, name: str, new: Callable[[], _Undoing], errors: tuple[type[Exception], ...], pack: Callable[[bytes], bytes]) -> None:
        self.name = name
        self._new = new
        self._errors = errors
        self._pack = pack
        self.empty = pack(b"")

    def open(self, raw: BinaryIO, max_ratio: int) -> Iterator[bytes]:
        """See :class:`Container`. Zero bytes may stand behind and between streams, as gzip and xz allow."""
        watched = _Watched(raw, max_ratio)
        data = watched.read()
        while data:
            undoing = self._new()
            while not undoing.eof:
                try:
                    chunk = undoing.decompress(data, _READ)
                except self._errors:
                    raise ArchiveError("damaged", f"not whole as {self.name}") from None
                data = b""
                if chunk:
                    yield watched.check(chunk)
                elif not undoing.eof and undoing.needs_input:
                    data = watched.read()
                    if not data:
                        raise ArchiveError("truncated", f"ends in the middle of {self.name}")
            data = (undoing.unused_data or b"").lstrip(b"\0")
            while not data:
                more = watched.read()
                if not more:
                    return
                data = more.lstrip(b"\0")

    def pack(self, content: bytes) -> bytes:
        """See :class:`Container`."""
        return self._pack(content)


class _Zstd:
    name = "zst"

    def __init__(self) -> None:
        self.empty = self.pack(b"")

    def open(self, raw: BinaryIO, max_ratio: int) -> Iterator[bytes]:
        """See :class:`Container`."""
        watched = _Watched(raw, max_ratio)
        source = _WithEnd(watched)
        frames = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).stream_reader(cast(BinaryIO, source), read_across_frames=True)
        held = b""
        try:
            while chunk := frames.read(_READ):
                held += chunk
                if len(held) > len(_END_MARK):
                    yield watched.check(held[: -len(_END_MARK)])
                    held = held[-len(_END_MARK) :]
        except zstandard.ZstdError:
            raise ArchiveError("truncated" if source.ended else "damaged", "not whole as zst") from None
        if held != _END_MARK:
            raise ArchiveError("truncated", "ends in the middle of zst")

    def pack(self, content: bytes) -> bytes:
        """See :class:`Container`."""
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True).compress(content)


class _WithEnd:
    """A source with a frame of ours behind it."""

    def __init__(self, watched: _Watched) -> None:
        self._watched = watched
        self._rest = io.BytesIO(_END)
        self.ended = False

    def read(self, size: int = -1) -> bytes:
        data = b"" if self.ended else self._watched.read(_READ if size < 0 else size)
        self.ended = self.ended or not data
        return data or self._rest.read(size)


def _gzip(content: bytes) -> bytes:
    return igzip_lib.compress(content, level=_GZIP_LEVEL, flag=igzip_lib.COMP_GZIP)


_ISAL = cast("type[Exception]", igzip_lib.IsalError)  # isal's stubs take the class for an instance

PLAIN: Container = Plain()
_GZ = _Streams("gz", lambda: cast(_Undoing, igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)), (_ISAL, EOFError), _gzip)
_BZ2 = _Streams("bz2", bz2.BZ2Decompressor, (OSError, EOFError), lambda content: bz2.compress(content, _BZIP2_LEVEL))
_XZ = _Streams(
    "xz",
    lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY),
    (lzma.LZMAError, EOFError),
    lambda content: lzma.compress(content, preset=_XZ_PRESET),
)
_LZ4 = _Streams(
    "lz4",
    lambda: cast(_Undoing, lz4.frame.LZ4FrameDecompressor()),
    (RuntimeError, EOFError),
    lambda content: bytes(lz4.frame.compress(content, content_checksum=True, store_size=False)),
)
_ZST = _Zstd()

BY_NAME: dict[str, Container] = {container.name: container for container in (PLAIN, _GZ, _BZ2, _XZ, _LZ4, _ZST)}


def sniff(head: bytes) -> Container:
    """The container of a file that begins so."""
    if head.startswith(b"\x1f\x8b\x08"):
        return _GZ
    if head.startswith(b"\x28\xb5\x2f\xfd") or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F):
        return _ZST
    if head.startswith(b"BZh") and head[4:10] in (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90"):
        return _BZ2
    if head.startswith(b"\xfd7zXZ\0"):
        return _XZ
    return _LZ4 if head.startswith(b"\x04\x22\x4d\x18") else PLAIN
