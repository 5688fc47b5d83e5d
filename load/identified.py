"""OTLP requests whose items can be told apart wherever they arrive: each has a number, which redaction has no reason to touch.

A span's and a log record's number is its span id, a data point's its time in nanoseconds. Every ``HIT_EVERY``-th item says an e-mail
address; ``RAW`` is in every one of them, so that whoever sees ``RAW`` sees what was not redacted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from load import otlp

HIT_EVERY = 7
RAW = b"@post.example.org"
_PATH = "/v1/orders/{id}/items"
_STATEMENT = "SELECT id, state, total, currency, placed_at FROM orders WHERE id = $1 AND state <> $2 ORDER BY placed_at LIMIT 50"


def number(client: int, serial: int) -> int:
    """The number of a client's item; never 0, which would be no span id."""
    return (client + 1) << 40 | serial


def request(signal: str, numbers: Sequence[int]) -> bytes:
    """One request with an item for each number."""
    if signal == "traces":
        return otlp.traces_request([otlp.span_message(_span(each)) for each in numbers])
    if signal == "logs":
        return otlp.logs_request([otlp.log_message(_log(each)) for each in numbers])
    return _metrics(numbers)


def numbers_in(signal: str, body: bytes) -> Iterator[int]:
    """The numbers of the items in a request."""
    if signal == "traces":
        for spans in ExportTraceServiceRequest.FromString(body).resource_spans:
            yield from (int.from_bytes(span.span_id) for scope in spans.scope_spans for span in scope.spans)
    elif signal == "logs":
        for logs in ExportLogsServiceRequest.FromString(body).resource_logs:
            yield from (int.from_bytes(record.span_id) for scope in logs.scope_logs for record in scope.log_records)
    else:
        for metrics in ExportMetricsServiceRequest.FromString(body).resource_metrics:
            points = (point for scope in metrics.scope_metrics for metric in scope.metrics for point in metric.gauge.data_points)
            yield from (point.time_unix_nano for point in points)


def _attributes(each: int) -> dict[str, object]:
    attributes: dict[str, object] = {"http.request.method": "GET", "url.path": _PATH, "db.query.text": _STATEMENT, "server.port": 8443}
    if each % HIT_EVERY == 0:
        attributes["app.recipient"] = f"jo.march{each % 10**6}{RAW.decode()}"
    return attributes


def _span(each: int) -> otlp.SpanFields:
    return otlp.SpanFields(f"{each:032x}", f"{each:016x}", f"GET {_PATH}", 1_773_480_413_589_000_000, 1_773_480_413_689_000_000, _attributes(each))


def _log(each: int) -> otlp.LogFields:
    return otlp.LogFields(f"{each:032x}", f"{each:016x}", 1_773_480_413_589_000_000, "order accepted by warehouse", _attributes(each))


def _metrics(numbers: Sequence[int]) -> bytes:
    points = [NumberDataPoint(time_unix_nano=each, as_int=each % 97, attributes=otlp.attribute_messages(_attributes(each))) for each in numbers]
    metric = Metric(name="orders.queue.length", unit="{order}", gauge=Gauge(data_points=points))
    batch = ResourceMetrics(resource=Resource(attributes=otlp.attribute_messages(otlp.RESOURCE)), scope_metrics=[ScopeMetrics(metrics=[metric])])
    payload: bytes = ExportMetricsServiceRequest(resource_metrics=[batch]).SerializeToString()
    return payload
