"""Containers: what is packed comes out the same, whatever is wrong is said, and memory stays bounded."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tracemalloc
from collections.abc import Callable

import lz4.frame
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from service.archive.containers import BY_NAME, sniff
from service.archive.contract import ArchiveError

PACKED = sorted(set(BY_NAME) - {"plain"})
LINE = b'{"level":"info","message":"order 4711 shipped"}\n'


def content_of(packed: bytes, max_ratio: int = 500) -> bytes:
    return b"".join(sniff(packed[:64]).open(io.BytesIO(packed), max_ratio))


@pytest.mark.parametrize("name", sorted(BY_NAME))
@given(contents=st.lists(st.binary(min_size=1, max_size=2000), min_size=1, max_size=4))
def test_packs_behind_one_another_are_one_file(name: str, contents: list[bytes]) -> None:
    container = BY_NAME[name]
    packed = b"".join(map(container.pack, contents))
    assert b"".join(container.open(io.BytesIO(packed), 500)) == b"".join(contents)


@pytest.mark.parametrize("name", PACKED)
def test_a_container_is_known_by_how_it_begins(name: str) -> None:
    container = BY_NAME[name]
    assert sniff(container.pack(LINE)) is container
    assert sniff(container.empty) is container
    assert content_of(container.empty) == b""


@pytest.mark.parametrize(
    ("compress", "name"),
    [(gzip.compress, "gz"), (bz2.compress, "bz2"), (lzma.compress, "xz"), (zstandard.compress, "zst"), (lz4.frame.compress, "lz4")],
)
def test_what_others_write_is_read_and_what_we_write_others_read(compress: Callable[[bytes], bytes], name: str) -> None:
    content = LINE * 100_000
    assert content_of(compress(content) + compress(LINE)) == content + LINE
    ours = BY_NAME[name].pack(LINE) + BY_NAME[name].pack(content)
    read: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.decompress, "bz2": bz2.decompress, "xz": lzma.decompress}
    if name in read:
        assert read[name](ours) == LINE + content


@pytest.mark.parametrize("name", PACKED)
def test_a_cut_is_an_error_after_what_was_whole(name: str) -> None:
    packed = BY_NAME[name].pack(bytes(range(256)) * 40)
    for cut in (len(packed) - 1, len(packed) // 2, 12):
        with pytest.raises(ArchiveError) as caught:
            list(BY_NAME[name].open(io.BytesIO(packed[:cut]), 500))
        assert caught.value.reason == "truncated"


@pytest.mark.parametrize("name", PACKED)
def test_garbage_behind_a_file_is_damage(name: str) -> None:
    with pytest.raises(ArchiveError) as caught:
        content_of(BY_NAME[name].pack(LINE) + b"garbage of some length, more than any header has")
    assert caught.value.reason == "damaged"


@pytest.mark.parametrize("name", ["gz", "xz", "bz2", "zst", "lz4"])
def test_flipped_bytes_are_damage(name: str) -> None:
    import random

    packed = bytearray(BY_NAME[name].pack(random.Random(3).randbytes(50_000)))
    packed[len(packed) // 2] ^= 0x55
    with pytest.raises(ArchiveError):
        content_of(bytes(packed))


@pytest.mark.parametrize("name", PACKED)
def test_a_bomb_is_refused_in_bounded_memory(name: str) -> None:
    bomb = BY_NAME[name].pack(bytes(8 << 20)) * 40
    sizes: list[int] = []
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveError) as caught:
            sizes.extend(map(len, sniff(bomb[:64]).open(io.BytesIO(bomb), 50)))
        assert tracemalloc.get_traced_memory()[1] < 48 << 20
    finally:
        tracemalloc.stop()
    assert caught.value.reason == "bomb"
    assert sum(sizes) <= 80 << 20


def test_zero_bytes_behind_a_gzip_are_padding() -> None:
    assert content_of(gzip.compress(LINE) + bytes(1024)) == LINE
