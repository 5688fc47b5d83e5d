"""The protobuf wire format: tags, varints, lengths (protobuf.dev/programming-guides/encoding). Nothing here knows a schema."""

from __future__ import annotations

from collections.abc import Iterator

from service.errors import FramingError

VARINT, FIXED64, LEN, FIXED32 = 0, 1, 2, 5


def varint(buf: bytes, at: int, hi: int) -> tuple[int, int]:
    """``(value, offset behind it)`` of the varint at ``at``. Raises :class:`FramingError` past ``hi`` or ten bytes."""
    value = shift = 0
    while at < hi and shift < 70:
        byte = buf[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise FramingError(f"malformed varint before byte {at}")


def field(buf: bytes, begin: int, hi: int) -> tuple[int, int, int, int, int]:
    """``(tag end, start, end, number, next)`` of the field at ``begin``; ``start`` is -1 where it is not length-delimited.

    Raises :class:`FramingError` when the field does not end within ``hi``, or is of a wire type that proto3 does not have.
    """
    tag = buf[begin]
    at = begin + 1
    if tag & 0x80:
        tag, at = varint(buf, begin, hi)
    number, kind = tag >> 3, tag & 7
    if number == 0:
        raise FramingError(f"field number 0 at byte {begin}")
    tag_end = at
    if kind == LEN:
        if at >= hi:
            raise FramingError(f"length missing at byte {at}")
        size = buf[at]
        start = at + 1
        if size & 0x80:
            size, start = varint(buf, at, hi)
        end = start + size
        if end > hi:
            raise FramingError(f"length out of bounds at byte {at}")
        return tag_end, start, end, number, end
    if kind == VARINT:
        at = varint(buf, at, hi)[1]
    elif kind == FIXED64:
        at += 8
    elif kind == FIXED32:
        at += 4
    else:
        raise FramingError(f"wire type {kind} at byte {begin}")
    if at > hi:
        raise FramingError(f"field out of bounds at byte {begin}")
    return tag_end, -1, at, number, at


def fields(buf: bytes, lo: int, hi: int) -> Iterator[tuple[int, int, int, int, int]]:
    """``(begin, tag end, start, end, number)`` of each field in ``buf[lo:hi]``; see :func:`field`."""
    at = lo
    while at < hi:
        begin = at
        tag_end, start, end, number, at = field(buf, begin, hi)
        yield begin, tag_end, start, end, number


def encode_varint(value: int) -> bytes:
    """``value`` as a minimal varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def length_delimited(tag: bytes, value: bytes) -> bytes:
    """``tag``, the length of ``value``, ``value``."""
    return tag + encode_varint(len(value)) + value
