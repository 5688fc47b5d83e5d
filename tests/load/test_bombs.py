"""What hostile clients send is what it is said to be."""

from __future__ import annotations

import gzip
import io
import json
import zlib

import pytest
import zstandard
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from load.bombs import brackets, gzip_members, gzip_stream, nested_json, nested_value, pieces_of, zstd_frames
from load.corpus import MIB

SIZE = 128 * MIB


def test_gzip_members_inflate_to_their_size() -> None:
    bomb = gzip_members(SIZE)
    assert len(bomb) < SIZE // 900
    assert len(gzip.decompress(bomb)) == SIZE


def test_a_gzip_stream_inflates_to_its_size_in_one_member() -> None:
    bomb = gzip_stream(SIZE)
    inflate = zlib.decompressobj(-15)
    assert len(inflate.decompress(bomb[10:])) == SIZE
    assert inflate.eof


def test_zstd_frames_inflate_to_their_size_from_next_to_nothing() -> None:
    bomb = zstd_frames(SIZE)
    assert len(bomb) < 5000
    with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(bomb), read_across_frames=True) as reader:
        assert len(reader.read()) == SIZE


def test_a_zstd_frame_can_ask_for_a_window_of_2_gib() -> None:
    assert zstandard.get_frame_parameters(zstd_frames(64 * MIB, 31)).window_size == 2 << 30


def test_nested_values_are_valid_requests() -> None:
    request = ExportTraceServiceRequest.FromString(nested_value(20))
    value = request.resource_spans[0].scope_spans[0].spans[0].attributes[0].value
    for _ in range(20):
        value = value.array_value.values[0]
    assert value.string_value.startswith("Bearer ")
    assert json.loads(nested_json(20))["resourceSpans"]
    with pytest.raises(json.JSONDecodeError):
        json.loads(brackets(20))


def test_large_bodies_are_valid_requests() -> None:
    body = b"".join(pieces_of(MIB))
    assert len(body) == MIB
    assert len(ExportTraceServiceRequest.FromString(body).resource_spans) == MIB // 2
