"""Compression is undone exactly or not at all, and takes no more memory than the limit."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from service.errors import FramingError, PayloadTooLargeError
from service.inflate import inflate

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
