"""OTLP requests built from plain values: the same spans and log records as protobuf and as OTLP/JSON.

Protobuf goes through the official ``opentelemetry.proto`` classes. OTLP/JSON is written by hand, as SDKs do: ids in hexadecimal and
64-bit integers as strings (OTLP specification, "JSON Protobuf Encoding"), which protobuf's own JSON mapping does otherwise.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import SEVERITY_NUMBER_INFO, LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

Attributes = Mapping[str, object]

SCOPE = "orders.instrumentation"
SCOPE_VERSION = "1.4.2"
RESOURCE: Attributes = {
    "service.name": "checkout",
    "service.version": "2.14.3",
    "host.name": "node-17",
    "process.pid": 4711,
    "telemetry.sdk.language": "python",
}


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class SpanFields:
    """What a span says, in no encoding yet. Ids are hexadecimal, times nanoseconds since the epoch."""

    trace_id: str
    span_id: str
    name: str
    start: int
    end: int
    attributes: Attributes
    events: Sequence[Event] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class LogFields:
    trace_id: str
    span_id: str
    time: int
    body: object
    attributes: Attributes


def any_value(value: object) -> AnyValue:
    """``value`` as an ``AnyValue``: mappings and sequences become structured values, ``None`` an empty one."""
    match value:
        case None:
            return AnyValue()
        case bool():
            return AnyValue(bool_value=value)
        case int() if -(1 << 63) <= value < 1 << 63:
            return AnyValue(int_value=value)
        case int() | float():
            return AnyValue(double_value=float(value))
        case bytes():
            return AnyValue(bytes_value=value)
        case Mapping():
            return AnyValue(kvlist_value=KeyValueList(values=attribute_messages(value)))
        case list() | tuple():
            return AnyValue(array_value=ArrayValue(values=[any_value(item) for item in value]))
        case _:
            return AnyValue(string_value=str(value))


def json_value(value: object) -> dict[str, Any]:
    """The same as OTLP/JSON."""
    match value:
        case None:
            return {}
        case bool():
            return {"boolValue": value}
        case int() if -(1 << 63) <= value < 1 << 63:
            return {"intValue": str(value)}
        case int() | float():
            return {"doubleValue": float(value)}
        case bytes():
            return {"bytesValue": base64.b64encode(value).decode()}
        case Mapping():
            return {"kvlistValue": {"values": attribute_objects(value)}}
        case list() | tuple():
            return {"arrayValue": {"values": [json_value(item) for item in value]}}
        case _:
            return {"stringValue": str(value)}


def attribute_messages(attributes: Mapping[Any, object]) -> list[KeyValue]:
    return [KeyValue(key=str(key), value=any_value(value)) for key, value in attributes.items()]


def attribute_objects(attributes: Mapping[Any, object]) -> list[dict[str, Any]]:
    return [{"key": str(key), "value": json_value(value)} for key, value in attributes.items()]


def span_message(span: SpanFields) -> Span:
    return Span(
        trace_id=bytes.fromhex(span.trace_id),
        span_id=bytes.fromhex(span.span_id),
        name=span.name,
        kind=Span.SPAN_KIND_CLIENT,
        start_time_unix_nano=span.start,
        end_time_unix_nano=span.end,
        attributes=attribute_messages(span.attributes),
        events=[Span.Event(time_unix_nano=span.end, name=event.name, attributes=attribute_messages(event.attributes)) for event in span.events],
        status=Status(code=Status.STATUS_CODE_ERROR, message=span.failure) if span.failure else None,
    )


def traces_request(spans: Sequence[Span], resource: Attributes = RESOURCE, scope: str = SCOPE) -> bytes:
    scope_spans = ScopeSpans(scope=InstrumentationScope(name=scope, version=SCOPE_VERSION), spans=spans)
    batch = ResourceSpans(resource=Resource(attributes=attribute_messages(resource)), scope_spans=[scope_spans])
    payload: bytes = ExportTraceServiceRequest(resource_spans=[batch]).SerializeToString()
    return payload


def span_object(span: SpanFields) -> dict[str, Any]:
    found: dict[str, Any] = {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "name": span.name,
        "kind": 3,
        "startTimeUnixNano": str(span.start),
        "endTimeUnixNano": str(span.end),
        "attributes": attribute_objects(span.attributes),
    }
    if span.events:
        found["events"] = [
            {"timeUnixNano": str(span.end), "name": event.name, "attributes": attribute_objects(event.attributes)} for event in span.events
        ]
    if span.failure:
        found["status"] = {"code": 2, "message": span.failure}
    return found


def traces_document(spans: Sequence[bytes], resource: Attributes = RESOURCE, scope: str = SCOPE) -> bytes:
    """An OTLP/JSON request around spans that are JSON already."""
    return _document("resourceSpans", "scopeSpans", "spans", spans, resource, scope)


def log_message(record: LogFields) -> LogRecord:
    return LogRecord(
        time_unix_nano=record.time,
        observed_time_unix_nano=record.time + 40_000,
        severity_number=SEVERITY_NUMBER_INFO,
        severity_text="INFO",
        body=any_value(record.body),
        attributes=attribute_messages(record.attributes),
        trace_id=bytes.fromhex(record.trace_id),
        span_id=bytes.fromhex(record.span_id),
    )


def logs_request(records: Sequence[LogRecord], resource: Attributes = RESOURCE, scope: str = SCOPE) -> bytes:
    scope_logs = ScopeLogs(scope=InstrumentationScope(name=scope, version=SCOPE_VERSION), log_records=records)
    batch = ResourceLogs(resource=Resource(attributes=attribute_messages(resource)), scope_logs=[scope_logs])
    payload: bytes = ExportLogsServiceRequest(resource_logs=[batch]).SerializeToString()
    return payload


def log_object(record: LogFields) -> dict[str, Any]:
    return {
        "timeUnixNano": str(record.time),
        "observedTimeUnixNano": str(record.time + 40_000),
        "severityNumber": int(SEVERITY_NUMBER_INFO),
        "severityText": "INFO",
        "body": json_value(record.body),
        "attributes": attribute_objects(record.attributes),
        "traceId": record.trace_id,
        "spanId": record.span_id,
    }


def logs_document(records: Sequence[bytes], resource: Attributes = RESOURCE, scope: str = SCOPE) -> bytes:
    return _document("resourceLogs", "scopeLogs", "logRecords", records, resource, scope)


def _document(batches: str, scopes: str, members: str, records: Sequence[bytes], resource: Attributes, scope: str) -> bytes:
    around = {
        batches: [
            {
                "resource": {"attributes": attribute_objects(resource)},
                scopes: [{"scope": {"name": scope, "version": SCOPE_VERSION}, members: [0]}],
            }
        ]
    }
    head, tail = orjson.dumps(around).rsplit(b"[0]", 1)
    return b"".join([head, b"[", b",".join(records), b"]", tail])
