"""Undoes a payload's compression, within bounds.

Contract: ``inflate`` returns the whole payload or raises: ``PayloadTooLargeError`` at the first byte beyond the limit, so that a small
body that stands for a huge one stays small; ``FramingError`` for what isn't of its encoding, or ends early. Neither quotes the body.

A compressed body can carry what is no part of its payload: a file's name, a comment, extra fields, frames to be skipped. ``opened`` tells
whether one is plain, which is: holds nothing of the kind.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import zstandard
from isal import igzip_lib

from service.errors import FramingError, PayloadTooLargeError

_MEMBERS = 16
"""Parts a gzip body may consist of (RFC 1952, section 2.2)."""

_ERRORS = cast("tuple[type[Exception], ...]", (igzip_lib.IsalError, EOFError))  # isal's stubs take the class for an instance

_ZSTD_WINDOW = 32 << 20
"""RFC 9659 asks for 8 MiB; some encoders' best levels take more. It is memory that a frame's header alone can claim."""

_PIECE = 256 << 10
_END_MARK = b"S" * 64
_END = zstandard.ZstdCompressor(write_content_size=False).compress(_END_MARK)
"""A frame put behind a body: zstandard's reader ends silently at a cut, but then this frame is swallowed by the one that was cut."""


_GZIP_CARRIES = 4 | 8 | 16
"""FEXTRA, FNAME and FCOMMENT in a member's fourth byte (RFC 1952, section 2.3)."""

_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
"""Begins a frame that holds data (RFC 8878, section 3.1.1)."""

_ZSTD_HEADER = 18
"""The most that a frame's header takes."""

_ZSTD_RLE = 1
_ZSTD_BLOCKS = 4096
"""A block holds up to 128 KiB."""


class Opened(NamedTuple):
    """A payload, and whether its compressed form held nothing but that."""

    payload: bytes
    plain: bool


def inflate(body: bytes, encoding: str, limit: int) -> bytes:
    """``body``, which is compressed as ``encoding`` says (``gzip``, ``deflate``, ``zstd`` or nothing), decompressed; see the module."""
    return opened(body, encoding, limit).payload


def opened(body: bytes, encoding: str, limit: int) -> Opened:
    """The same, and whether it is plain."""
    if encoding == "gzip":
        return _deflated(body, limit, igzip_lib.DECOMP_GZIP)
    if encoding == "deflate":  # which is zlib's format (RFC 9110, section 8.4.1.2)
        return _deflated(body, limit, igzip_lib.DECOMP_ZLIB)
    if encoding == "zstd":
        return _zstd(body, limit)
    if len(body) > limit:
        raise _too_large(limit)
    return Opened(body, True)


def _too_large(limit: int) -> PayloadTooLargeError:
    return PayloadTooLargeError(f"request body too large after decompression, limit: {limit} bytes")


def _deflated(body: bytes, limit: int, form: int) -> Opened:
    if not body:
        raise FramingError("the compressed body ends early")
    out: list[bytes] = []
    size = 0
    rest = body
    plain = True
    for _ in range(_MEMBERS):
        plain = plain and (form != igzip_lib.DECOMP_GZIP or not rest[3:4] or not rest[3] & _GZIP_CARRIES)
        member = igzip_lib.IgzipDecompressor(flag=form)
        while not member.eof:
            try:
                piece = member.decompress(rest, limit - size + 1)
            except _ERRORS:
                raise FramingError("the body is not compressed as its content encoding says") from None
            rest = b""
            size += len(piece)
            if size > limit:
                raise _too_large(limit)
            if not piece and not member.eof and member.needs_input:
                raise FramingError("the compressed body ends early")
            out.append(piece)
        rest = member.unused_data.lstrip(b"\0")  # gzip allows zero padding behind a member
        if not rest:
            return Opened(b"".join(out), plain)
    raise FramingError(f"the compressed body has more than {_MEMBERS} members")


def _zstd(body: bytes, limit: int) -> Opened:
    if not body:
        raise FramingError("the compressed body ends early")
    frames = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).stream_reader(body + _END, read_across_frames=True)
    out: list[bytes] = []
    size = 0
    try:
        while piece := frames.read(_PIECE):
            out.append(piece)
            size += len(piece)
            if size > limit + len(_END_MARK):
                raise _too_large(limit)
    except zstandard.ZstdError:
        raise FramingError("the body is not compressed as its content encoding says") from None
    payload = b"".join(out)
    if not payload.endswith(_END_MARK):
        raise FramingError("the compressed body ends early")
    if size - len(_END_MARK) > limit:
        raise _too_large(limit)
    return Opened(payload[: -len(_END_MARK)], _holds_data_alone(body))


def _holds_data_alone(body: bytes) -> bool:
    """Whether ``body``, which zstandard has read, is frames with data only (RFC 8878, sections 3.1.1.2 and 3.1.2); looks at no data."""
    at = blocks = 0
    while at < len(body):
        if not body.startswith(_ZSTD_MAGIC, at):
            return False
        head = body[at : at + _ZSTD_HEADER]
        at += zstandard.frame_header_size(head)
        last = False
        while not last:
            blocks += 1
            if blocks > _ZSTD_BLOCKS:  # no encoder makes so many out of what a request may hold; walking them all would take long
                return False
            block = int.from_bytes(body[at : at + 3], "little")
            last, kind, size = bool(block & 1), block >> 1 & 3, block >> 3
            at += 3 + (1 if kind == _ZSTD_RLE else size)
        at += 4 if zstandard.get_frame_parameters(head).has_checksum else 0
    return at == len(body)
