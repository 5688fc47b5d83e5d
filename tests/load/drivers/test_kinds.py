"""Every kind of traffic is cut into requests of exactly so many records, and what OTLP says is in them is."""

from __future__ import annotations

import orjson
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from load.drivers.kinds import KINDS

SIZE = 60_000


def records(name: str, request: bytes) -> int:
    match name:
        case "otlp":
            return len(ExportTraceServiceRequest.FromString(request).resource_spans[0].scope_spans[0].spans)
        case "otlp-logs":
            return len(ExportLogsServiceRequest.FromString(request).resource_logs[0].scope_logs[0].log_records)
        case "otlp-json":
            return len(orjson.loads(request)["resourceSpans"][0]["scopeSpans"][0]["spans"])
        case _:
            return request.count(b"\n")


@pytest.mark.parametrize("items", [1, 7])
@pytest.mark.parametrize("name", KINDS)
def test_a_request_has_exactly_so_many_records_and_no_two_are_alike(name: str, items: int) -> None:
    requests = list(KINDS[name].make(items, 0.05, SIZE))
    assert {records(name, request) for request in requests} == {items}
    assert len(set(requests)) == len(requests) > 1
    assert requests == list(KINDS[name].make(items, 0.05, SIZE))


def test_grpc_carries_otlp_in_protobuf_and_nothing_else() -> None:
    assert {name for name, kind in KINDS.items() if kind.grpc} == {"otlp", "otlp-logs"}
    assert all(not kind.takes_lines for kind in KINDS.values() if kind.grpc)
