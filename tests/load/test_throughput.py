"""The throughput run compares like with like: whole requests, ratios within a round, goals only where they are set."""

from __future__ import annotations

from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from load.drive import read_requests, write_requests
from load.drivers.kinds import trace_requests
from load.throughput import Case, Rate, Row, table_of


@pytest.mark.parametrize("spans", [1, 10, 200])
def test_every_request_has_exactly_so_many_spans_and_no_two_are_alike(spans: int) -> None:
    requests = list(trace_requests(spans, 0.05, 300_000))
    for request in requests:
        (batch,) = ExportTraceServiceRequest.FromString(request).resource_spans
        assert len(batch.scope_spans[0].spans) == spans
    assert len(set(requests)) == len(requests) >= 300_000 // 480 // spans - 1


def test_requests_are_read_from_a_file_as_they_were_written(tmp_path: Path) -> None:
    requests = [b"", b"a", b"bc" * 5000]
    write_requests(tmp_path / "requests", requests)
    assert read_requests(tmp_path / "requests") == requests


def rates(*per_cpu_second: float) -> list[Rate]:
    return [Rate(1.0, each, 0.001, 0.002) for each in per_cpu_second]


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    row = Row(Case("http", 200, 0.0), rates(10, 20, 90), rates(5, 5, 10))
    assert row.ratio() == 4.0
    assert row.met


def test_only_requests_of_the_goals_size_are_judged_and_only_beside_the_collector() -> None:
    assert Row(Case("grpc", 1, 0.0), rates(1), rates(10)).met is None
    assert Row(Case("grpc", 200, 0.0), rates(1)).met is None
    assert Row(Case("grpc", 200, 0.0), rates(29), rates(10)).met is False


def test_the_table_has_a_line_for_each_row() -> None:
    assert table_of([Row(Case("http", 1, 0.0), rates(1)), Row(Case("http", 1, 0.05), rates(1), rates(2))]).row_count == 2
