"""Bodies that are small on the wire and huge once decompressed, and others that are made to be too much.

They are made of repeated pieces, so that making them takes no time.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator

from load.corpus import MIB

_PIECE = 64 * MIB
_ZSTD_MAGIC = 0xFD2FB528  # RFC 8878, section 3.1.1
_RLE_BLOCK = 128 << 10  # the largest block, RFC 8878, section 3.1.1.2.4
_DOCUMENT = b"\x0a\x00"  # an empty ResourceSpans: any number of them is a valid request


def gzip_members(size: int) -> bytes:
    """Gzip of ``size`` bytes as one member after the other (RFC 1952, section 2.2)."""
    return gzip.compress(_DOCUMENT * (_PIECE // 2), 9, mtime=0) * (size // _PIECE)


def gzip_stream(size: int) -> bytes:
    """The same in one member: a block that ends at a byte's edge, again and again."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = _DOCUMENT * (_PIECE // 2)
    block = deflate.compress(piece) + deflate.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    # The trailer's checksum is wrong; whoever gets as far as to notice has decompressed it all.
    return head + block * (size // _PIECE) + last + struct.pack("<II", 0, size & 0xFFFFFFFF)


def zstd_frames(size: int, window_log: int = 23) -> bytes:
    """Zstandard of ``size`` bytes, 128 KiB in each four: blocks that say "this byte, so many times", in frames of 64 MiB."""
    window = (window_log - 10) << 3
    block = struct.pack("<I", _RLE_BLOCK << 3 | 1 << 1)[:3] + b"\x0a"
    last = struct.pack("<I", _RLE_BLOCK << 3 | 1 << 1 | 1)[:3] + b"\x0a"
    frame = struct.pack("<IBB", _ZSTD_MAGIC, 0, window) + block * (_PIECE // _RLE_BLOCK - 1) + last
    return frame * max(1, size // _PIECE)


def nested_value(depth: int) -> bytes:
    """An ``ExportTraceServiceRequest`` whose one attribute is an array in an array, and so on."""
    value = _field(1, b"Bearer " + b"q8Zr" * 8)  # AnyValue.string_value
    heads, length = [value], len(value)
    for _ in range(depth):
        for number in (1, 5):  # ArrayValue.values, AnyValue.array_value
            heads.append(_head(number, length))
            length += len(heads[-1])
    attribute = _field(1, b"app.tree") + _field(2, b"".join(reversed(heads)))
    span = _field(1, b"\x01" * 16) + _field(2, b"\x01" * 8) + _field(5, b"nested") + _field(9, attribute)
    return _field(1, _field(2, _field(2, span)))


def nested_json(depth: int) -> bytes:
    """The same as OTLP/JSON, which is all brackets."""
    opened, closed = b'{"arrayValue":{"values":[', b"]}}"
    value = opened * depth + b'{"stringValue":"Bearer ' + b"q8Zr" * 8 + b'"}' + closed * depth
    span = b'{"traceId":"01","spanId":"02","name":"nested","attributes":[{"key":"app.tree","value":' + value + b"}]}"
    return b'{"resourceSpans":[{"scopeSpans":[{"spans":[' + span + b"]}]}]}"


def brackets(depth: int) -> bytes:
    return b'{"resourceSpans":' + b"[" * depth


def pieces_of(size: int, piece: int = 256 << 10) -> Iterator[bytes]:
    """A valid body of so many bytes, a piece at a time."""
    one = _DOCUMENT * (piece // 2)
    for _ in range(size // piece):
        yield one


def _field(number: int, payload: bytes) -> bytes:
    return _head(number, len(payload)) + payload


def _head(number: int, length: int) -> bytes:
    """Tag and length of a length-delimited field."""
    encoded = bytearray([number << 3 | 2])
    while length >= 128:
        encoded.append(length & 127 | 128)
        length >>= 7
    encoded.append(length)
    return bytes(encoded)
