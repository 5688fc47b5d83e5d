"""Compression is undone exactly or not at all, and takes no more memory than the limit."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from service.errors import FramingError, PayloadTooLargeError
from service.inflate import inflate, opened

Compress = Callable[[bytes], bytes]


def _zstd_stream(payload: bytes) -> bytes:
    """As streaming encoders write it: without the content's size in the header."""
    return zstandard.ZstdCompressor(write_content_size=False, write_checksum=True).compress(payload)


WAYS: list[tuple[str, Compress]] = [("gzip", gzip.compress), ("deflate", zlib.compress), ("zstd", zstandard.compress), ("zstd", _zstd_stream)]
each_way = pytest.mark.parametrize(("encoding", "compress"), WAYS, ids=["gzip", "deflate", "zstd", "zstd-stream"])


@each_way
@given(payload=st.binary(max_size=5000))
def test_compression_is_undone(encoding: str, compress: Compress, payload: bytes) -> None:
    assert inflate(compress(payload), encoding, 5000) == payload


@pytest.mark.parametrize("level", [-5, 1, 3, 9, 19, 22])
def test_any_level_of_zstd_is_taken(level: int) -> None:
    payload = b"".join(b"line %d\n" % number for number in range(200_000))
    assert inflate(zstandard.compress(payload, level), "zstd", 4 << 20) == payload


@each_way
@given(parts=st.lists(st.binary(max_size=100), min_size=1, max_size=8))
def test_a_body_of_several_members_is_one_body(encoding: str, compress: Compress, parts: list[bytes]) -> None:
    assert inflate(b"".join(map(compress, parts)), encoding, 800) == b"".join(parts)


def test_zero_padding_behind_gzip_is_allowed() -> None:
    assert inflate(gzip.compress(b"x") + b"\0\0", "gzip", 1) == b"x"


def test_a_skippable_zstd_frame_is_skipped() -> None:
    assert inflate(b"\x50\x2a\x4d\x18\x04\0\0\0abcd" + zstandard.compress(b"x"), "zstd", 1) == b"x"


@each_way
@given(payload=st.binary(max_size=300), data=st.data())
def test_a_body_cut_anywhere_is_refused(encoding: str, compress: Compress, payload: bytes, data: st.DataObject) -> None:
    body = compress(payload)
    with pytest.raises(FramingError):
        inflate(body[: data.draw(st.integers(0, len(body) - 1))], encoding, 1000)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
@given(body=st.binary(min_size=1, max_size=300))
def test_arbitrary_bytes_are_refused(encoding: str, body: bytes) -> None:
    with pytest.raises(FramingError):
        inflate(body, encoding, 1000)


@each_way
@pytest.mark.parametrize("size", [1, 1000, 300_000])
def test_the_limit_is_exact(encoding: str, compress: Compress, size: int) -> None:
    body = compress(b"x" * size)
    assert len(inflate(body, encoding, size)) == size
    with pytest.raises(PayloadTooLargeError):
        inflate(body, encoding, size - 1)


@each_way
def test_a_bomb_stays_small(encoding: str, compress: Compress) -> None:
    bomb = compress(bytes(256 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(PayloadTooLargeError):
            inflate(bomb, encoding, 1 << 20)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_a_frame_that_claims_a_huge_window_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, write_content_size=False)
    body = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    with pytest.raises(FramingError):
        inflate(body.compress(b"x" * 1000) + body.flush(), "zstd", 1 << 20)


def test_a_swarm_of_empty_members_is_refused() -> None:
    with pytest.raises(FramingError, match="more than 16 members"):
        inflate(gzip.compress(b"") * 1000, "gzip", 1000)


@pytest.mark.parametrize(
    ("encoding", "body"), [("gzip", zlib.compress(b"x" * 100)), ("zstd", gzip.compress(b"x", mtime=0)), ("gzip", zstandard.compress(b"x"))]
)
def test_another_compression_under_that_name_is_refused(encoding: str, body: bytes) -> None:
    with pytest.raises(FramingError):
        inflate(body, encoding, 1000)


def test_what_is_not_compressed_stays_the_very_object() -> None:
    body = b"x" * 10
    assert inflate(body, "", 10) is body
    with pytest.raises(PayloadTooLargeError):
        inflate(body, "", 9)


def _gzip_with(flags: int, extra: bytes) -> bytes:
    body = gzip.compress(b"x", mtime=0)
    return body[:3] + bytes([flags]) + body[4:10] + extra + body[10:]


def _zstd_in_blocks(payload: bytes) -> bytes:
    """Each piece is flushed, as an encoder does whose input comes slowly."""
    stream = zstandard.ZstdCompressor(write_checksum=True).compressobj()
    pieces = [stream.compress(bytes([byte])) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK) for byte in payload]
    return b"".join(pieces) + stream.flush()


SKIPPABLE = b"\x5f\x2a\x4d\x18\x06\0\0\0secret"
FNAME, FCOMMENT, FEXTRA = _gzip_with(8, b"secret\0"), _gzip_with(16, b"secret\0"), _gzip_with(4, b"\x06\0secret")

CARRIES = {
    "gzip, a name": ("gzip", FNAME),
    "gzip, a comment": ("gzip", FCOMMENT),
    "gzip, an extra field": ("gzip", FEXTRA),
    "gzip, a name in a later member": ("gzip", gzip.compress(b"x") + FNAME),
    "gzip, a name behind padding": ("gzip", gzip.compress(b"x") + b"\0\0" + FNAME),
    "zstd, a skippable frame first": ("zstd", SKIPPABLE + zstandard.compress(b"x")),
    "zstd, a skippable frame last": ("zstd", zstandard.compress(b"x") + SKIPPABLE),
    "zstd, a skippable frame between": ("zstd", zstandard.compress(b"x") + SKIPPABLE + _zstd_stream(b"x")),
}


@pytest.mark.parametrize(("encoding", "body"), CARRIES.values(), ids=CARRIES.keys())
def test_a_body_that_carries_more_than_its_payload_is_not_plain(encoding: str, body: bytes) -> None:
    found = opened(body, encoding, 100)
    assert set(found.payload) == {ord("x")}
    assert not found.plain


@each_way
@given(parts=st.lists(st.binary(max_size=300), min_size=1, max_size=8))
def test_what_compressors_make_is_plain(encoding: str, compress: Compress, parts: list[bytes]) -> None:
    assert opened(b"".join(map(compress, parts)), encoding, 2400).plain


@pytest.mark.parametrize("level", [-5, 1, 3, 19, 22])
@pytest.mark.parametrize("payload", [b"", b"x", bytes(1 << 20), random.Random(1).randbytes(1 << 20), b"line 1\n" * 100_000])
def test_zstd_of_any_level_is_plain(level: int, payload: bytes) -> None:
    assert opened(zstandard.compress(payload, level), "zstd", 1 << 20) == (payload, True)
    assert opened(_zstd_in_blocks(payload[:500]), "zstd", 500) == (payload[:500], True)


def test_zero_padding_is_plain() -> None:
    assert opened(gzip.compress(b"x") + b"\0\0", "gzip", 1).plain


def test_a_swarm_of_blocks_is_not_walked_through() -> None:
    body = b"\x28\xb5\x2f\xfd\x20\x00" + b"\0\0\0" * 100_000 + b"\x01\0\0"
    assert opened(body, "zstd", 1) == (b"", False)
