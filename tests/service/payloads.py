"""OTLP requests to send: clean ones, and ones with an address in them."""

from __future__ import annotations

import json
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

ADDRESS = "ada.lovelace@" + "example.com"
MARKER = "[REDACTED:email]"
PROTOBUF, JSON = "application/x-protobuf", "application/json"
SIGNALS = ("traces", "metrics", "logs")
TRACE_ID = bytes(range(16))
SPAN_ID = bytes(range(8))


def request(signal: str, *texts: str) -> Any:
    """A request with one record for each text."""
    if signal == "traces":
        traces = ExportTraceServiceRequest()
        spans = traces.resource_spans.add().scope_spans.add().spans
        for text in texts:
            span = spans.add(trace_id=TRACE_ID, span_id=SPAN_ID, name="GET /users", kind=2, start_time_unix_nano=1, end_time_unix_nano=2)
            span.attributes.add(key="note").value.string_value = text
        return traces
    if signal == "metrics":
        metrics = ExportMetricsServiceRequest()
        points = metrics.resource_metrics.add().scope_metrics.add().metrics.add(name="requests", unit="1").gauge.data_points
        for text in texts:
            point = points.add(as_int=0, time_unix_nano=1)
            point.attributes.add(key="note").value.string_value = text
        return metrics
    logs = ExportLogsServiceRequest()
    records = logs.resource_logs.add().scope_logs.add().log_records
    for text in texts:
        records.add(time_unix_nano=1, trace_id=TRACE_ID, span_id=SPAN_ID).body.string_value = text
    return logs


def encoded(signal: str, form: str, *texts: str) -> bytes:
    """The request's bytes in that content type. The JSON is written by hand, as clients write it: hex ids, numbers as text."""
    message = request(signal, *texts)
    if form == PROTOBUF:
        return bytes(message.SerializeToString())
    note = [{"attributes": [{"key": "note", "value": {"stringValue": text}}]} for text in texts]
    ids = {"traceId": TRACE_ID.hex(), "spanId": SPAN_ID.hex()}
    if signal == "traces":
        spans = [{**ids, "name": "GET /users", "kind": 2, "startTimeUnixNano": "1", "endTimeUnixNano": "2", **row} for row in note]
        return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()
    if signal == "metrics":
        points = [{**row, "asInt": "0", "timeUnixNano": "1"} for row in note]
        return json.dumps(
            {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "requests", "unit": "1", "gauge": {"dataPoints": points}}]}]}]}
        ).encode()
    records = [{"timeUnixNano": "1", **ids, "body": {"stringValue": text}} for text in texts]
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}, indent=1).encode()
