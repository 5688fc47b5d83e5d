"""Any redacted payload as lines: what ``file`` and ``stdout`` write.

OTLP protobuf becomes OTLP/JSON, one request per line, as the Collector's file exporter writes it: trace and span ids in hex, enums as
numbers, 64-bit integers as text, keys in lowerCamelCase (OTLP specification, "JSON Protobuf Encoding"). JSON becomes one line per
document, a JSON array one line per element; text stays as it is.

The protobuf classes are built from the published descriptors with every ``string`` field read as ``bytes``: a payload with invalid
UTF-8 in it can be written, the invalid bytes as U+FFFD, where the published classes would refuse it.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
import orjson
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

from service.errors import FramingError

_REQUESTS = {
    "traces": trace_service_pb2.ExportTraceServiceRequest.DESCRIPTOR,
    "metrics": metrics_service_pb2.ExportMetricsServiceRequest.DESCRIPTOR,
    "logs": logs_service_pb2.ExportLogsServiceRequest.DESCRIPTOR,
}
_HEX_FIELDS = {"trace_id", "span_id", "parent_span_id", "profile_id"}
_INT64 = {
    FieldDescriptor.TYPE_INT64,
    FieldDescriptor.TYPE_UINT64,
    FieldDescriptor.TYPE_SINT64,
    FieldDescriptor.TYPE_FIXED64,
    FieldDescriptor.TYPE_SFIXED64,
}
_NON_FINITE = {math.inf: "Infinity", -math.inf: "-Infinity"}
_DOCUMENT = msgspec.json.Decoder(msgspec.Raw)
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])

ToJson = Callable[[Any], Any]


def lines(codec: str, payload: bytes) -> bytes:
    """``payload`` as whole lines, each with its newline; empty for an empty payload. Raises ``FramingError``, which says no content."""
    if not payload:
        return b""
    form, _, signal = codec.partition(":")
    if form == "otlp_proto":
        return _proto_line(signal, payload)
    if form in ("otlp_json", "json"):
        return _json_lines(payload)
    return _ended(payload)


def _json_lines(payload: bytes) -> bytes:
    """A document on one line, an array's elements on one each; what is no JSON was text to redaction, and stays as it is."""
    try:
        if payload.lstrip()[:1] == b"[":
            return b"".join(_one_line(bytes(element)) for element in _ELEMENTS.decode(payload))
        _DOCUMENT.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return _ended(payload)
    return _one_line(payload)


def _one_line(document: bytes) -> bytes:
    """A line break cannot stand inside a JSON string, so each one is insignificant whitespace."""
    return document.strip().replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"


def _ended(text: bytes) -> bytes:
    return text if text.endswith(b"\n") else text + b"\n"


def _proto_line(signal: str, payload: bytes) -> bytes:
    message = _request_class(signal)()
    try:
        message.ParseFromString(payload)
        return orjson.dumps(_writer(message.DESCRIPTOR)(message), option=orjson.OPT_APPEND_NEWLINE)
    except (DecodeError, RecursionError, orjson.JSONEncodeError):
        raise FramingError("not an OTLP message that can be written as JSON") from None


@cache
def _request_class(signal: str) -> type[Message]:
    request = _REQUESTS[signal]
    pool = descriptor_pool.DescriptorPool()
    _add_lenient(pool, request.file, set())
    lenient: type[Message] = message_factory.GetMessageClass(pool.FindMessageTypeByName(request.full_name))
    return lenient


def _add_lenient(pool: descriptor_pool.DescriptorPool, file: Any, done: set[str]) -> None:
    """Adds ``file`` and what it imports to ``pool``, with ``string`` fields turned into ``bytes``, which are the same on the wire."""
    if file.name in done:
        return
    done.add(file.name)
    for imported in file.dependencies:
        _add_lenient(pool, imported, done)
    definition = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(definition)
    messages = list(definition.message_type)
    while messages:
        message = messages.pop()
        messages.extend(message.nested_type)
        for field in message.field:
            if field.type == descriptor_pb2.FieldDescriptorProto.TYPE_STRING:
                field.type = descriptor_pb2.FieldDescriptorProto.TYPE_BYTES
    del definition.service[:]
    pool.Add(definition)


@cache
def _writer(descriptor: Descriptor) -> ToJson:
    """A function from a message of this type to what ``orjson`` writes."""
    columns: dict[int, tuple[str, bool, ToJson]] = {}

    def column(field: FieldDescriptor) -> tuple[str, bool, ToJson]:
        """Name, whether repeated, and converter; made at the first use, since AnyValue holds itself."""
        found = columns[field.number] = (field.json_name, field.is_repeated, _converter(field))
        return found

    def write(message: Any) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for field, value in message.ListFields():
            name, is_repeated, convert = columns.get(field.number) or column(field)
            out[name] = [convert(item) for item in value] if is_repeated else convert(value)
        return out

    return write


def _converter(field: FieldDescriptor) -> ToJson:
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return _writer(field.message_type)
    if field.type == FieldDescriptor.TYPE_BYTES:
        if field.name in _HEX_FIELDS:
            return bytes.hex
        published = descriptor_pool.Default().FindFieldByName(field.full_name)
        return _text if published.type == FieldDescriptor.TYPE_STRING else _base64
    if field.type in _INT64:
        return str
    if field.type in (FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT):
        return _number
    return _same


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else _NON_FINITE.get(value, "NaN")


def _same(value: Any) -> Any:
    return value
