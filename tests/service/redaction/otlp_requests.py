"""OTLP requests for tests: one span, log record or data point with the attributes given, and every text of every message type."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

REQUESTS: dict[str, Any] = {"traces": ExportTraceServiceRequest, "logs": ExportLogsServiceRequest, "metrics": ExportMetricsServiceRequest}
SIGNALS = tuple(REQUESTS)
TRACE_ID = bytes(range(0x70, 0x80))
SPAN_ID = bytes(range(0x60, 0x68))
ID_FIELDS = frozenset(("trace_id", "span_id", "parent_span_id"))
_DEPTH = 12
_JSON_IDS = ("traceId", "spanId", "parentSpanId")

Setting = tuple[str, Any]


def value_of(value: object) -> Any:
    """``value`` as an ``AnyValue``."""
    out = AnyValue()
    if isinstance(value, bool):
        out.bool_value = value
    elif isinstance(value, str):
        out.string_value = value
    elif isinstance(value, bytes):
        out.bytes_value = value
    elif isinstance(value, int):
        out.int_value = value
    elif isinstance(value, float):
        out.double_value = value
    elif isinstance(value, dict):
        out.kvlist_value.SetInParent()
        for name, member in value.items():
            out.kvlist_value.values.add(key=name, value=value_of(member))
    elif isinstance(value, list):
        out.array_value.SetInParent()
        out.array_value.values.extend(map(value_of, value))
    return out


def spans(*spans_attributes: dict[str, object], name: str = "GET /orders", trace_state: str = "") -> Any:
    """A trace request with one span for each set of attributes."""
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for attributes in spans_attributes:
        span = scope.spans.add(trace_id=TRACE_ID, span_id=SPAN_ID, name=name, kind=2, start_time_unix_nano=1, end_time_unix_nano=2)
        span.trace_state = trace_state
        for key, value in attributes.items():
            span.attributes.add(key=key).value.CopyFrom(value_of(value))
    return request


def logs(*bodies: object) -> Any:
    """A logs request with one record for each body."""
    request = ExportLogsServiceRequest()
    scope = request.resource_logs.add().scope_logs.add()
    for body in bodies:
        scope.log_records.add(time_unix_nano=1, trace_id=TRACE_ID, span_id=SPAN_ID).body.CopyFrom(value_of(body))
    return request


def wire(request: Any) -> bytes:
    return bytes(request.SerializeToString(deterministic=True))


def as_json(request: Any, *, indent: int | None = None) -> bytes:
    """OTLP/JSON: protobuf's JSON mapping, with the ids in hexadecimal (OTLP specification, "JSON Protobuf Encoding")."""
    text = MessageToJson(request, indent=indent, use_integers_for_enums=True)
    for one in (TRACE_ID, SPAN_ID):
        text = text.replace(f'"{base64.b64encode(one).decode()}"', f'"{one.hex()}"')
    return str(text).encode()


def messages(message: Any) -> Iterator[Any]:
    """The message and all below it."""
    yield message
    for field, value in message.ListFields():
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            for below in value if isinstance(value, list) or hasattr(value, "add") else [value]:
                yield from messages(below)


def filled(signal: str, text: str) -> Any:
    """A request in which every field of every message type is set: each string and each ``bytes`` is ``text``, ids aside.

    Of alternatives (``oneof``) each is there once, in an element of its own where they repeat.
    """
    request = REQUESTS[signal]()
    _fill(request, text, 0)
    return request


def _fill(message: Any, text: str, depth: int) -> None:
    alternatives = [oneof.fields for oneof in message.DESCRIPTOR.oneofs if len(oneof.fields) > 1]
    chosen = {field.name for fields in alternatives for field in fields}
    for field in message.DESCRIPTOR.fields:
        if field.name not in chosen:
            _set(message, field, text, depth)
    for fields in alternatives:
        for field in fields:  # the last one that is no number stays
            if field.type == FieldDescriptor.TYPE_STRING:
                _set(message, field, text, depth)


def _set(message: Any, field: Any, text: str, depth: int) -> None:
    repeated = field.is_repeated if hasattr(field, "is_repeated") else field.label == FieldDescriptor.LABEL_REPEATED
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        if depth < _DEPTH:
            for variant in _variants(field.message_type) if repeated else [""]:
                below = getattr(message, field.name).add() if repeated else getattr(message, field.name)
                below.SetInParent()
                _fill(below, text, depth + 1)
                _choose(below, variant, text, depth + 1)
        return
    value = _scalar(field, text)
    if repeated:
        getattr(message, field.name).append(value)
    else:
        setattr(message, field.name, value)


def _variants(kind: Any) -> list[str]:
    """The names of the alternatives that a repeated message, or the ``AnyValue`` in it, comes in."""
    fields = [field for oneof in kind.oneofs if len(oneof.fields) > 1 for field in oneof.fields]
    if not fields and kind.name == "KeyValue":
        fields = list(AnyValue.DESCRIPTOR.oneofs[0].fields)
    return [field.name for field in fields] or [""]


def _choose(message: Any, variant: str, text: str, depth: int) -> None:
    if variant and message.DESCRIPTOR.name == "KeyValue":
        message = message.value
    if variant:
        field = message.DESCRIPTOR.fields_by_name[variant]
        if field.type != FieldDescriptor.TYPE_MESSAGE or depth < _DEPTH - 2:
            _set(message, field, text, depth)


def _scalar(field: Any, text: str) -> object:
    if field.type == FieldDescriptor.TYPE_STRING:
        return text
    if field.type == FieldDescriptor.TYPE_BYTES:
        return {"trace_id": TRACE_ID}.get(field.name, SPAN_ID) if field.name in ID_FIELDS else text.encode()
    if field.type == FieldDescriptor.TYPE_BOOL:
        return True
    return 1
