"""OTLP/JSON as OTLP/protobuf, for a backend that takes nothing else.

Contract: what OTLP/JSON does otherwise than protobuf's own JSON mapping is undone first (OTLP specification, "JSON Protobuf Encoding":
trace and span ids are hex, unknown fields are ignored). Ids have their full length or none. Bytes are canonical base64 in the standard
or the URL alphabet, padded or not: protobuf's own parser skips over what is none, and so would find bytes that redaction has not seen.
What can't be converted is a ``FramingError`` that says none of it.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import orjson
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from service.errors import FramingError

_REQUESTS: dict[str, Any] = {"traces": ExportTraceServiceRequest, "metrics": ExportMetricsServiceRequest, "logs": ExportLogsServiceRequest}
_ID_BYTES = {"traceId": 16, "spanId": 8, "parentSpanId": 8, "trace_id": 16, "span_id": 8, "parent_span_id": 8}
_BYTES_FIELDS = {"bytesValue", "bytes_value"}
_HEX = re.compile(r"[0-9A-Fa-f]+")
_BASE64 = re.compile(r"(?:[0-9A-Za-z+/]*|[0-9A-Za-z_-]*)={0,2}")
"""RFC 4648, sections 4 and 5."""


def to_protobuf(signal: str, payload: bytes) -> bytes:
    """The same request as protobuf. Raises ``FramingError``."""
    message = _REQUESTS[signal]()
    try:
        document = orjson.loads(payload)
        if not isinstance(document, dict):  # json_format looks for members in anything
            raise TypeError
        _make_canonical(document)
        json_format.ParseDict(document, message, ignore_unknown_fields=True)
        return bytes(message.SerializeToString())
    except (json_format.Error, ValueError, TypeError, AttributeError, binascii.Error, RecursionError):
        raise FramingError("not an OTLP/JSON request that can be written as protobuf") from None


def _make_canonical(document: Any) -> None:
    """Changes ids and bytes in place. An attribute's name is never a member's name, so whatever member is called so is one of them."""
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            for name, value in node.items():
                if name in _ID_BYTES and value is not None:
                    node[name] = _from_hex(value, _ID_BYTES[name])
                elif name in _BYTES_FIELDS and value is not None:
                    node[name] = _canonical_base64(value)
                elif isinstance(value, (dict, list)):
                    waiting.append(value)


def _from_hex(value: Any, size: int) -> str:
    """An id as base64: of its full length or empty, all of it hex. Raises ``ValueError`` or ``TypeError``."""
    if value and not _HEX.fullmatch(value):
        raise ValueError
    raw = bytes.fromhex(value)
    if len(raw) not in (0, size):
        raise ValueError
    return base64.b64encode(raw).decode("ascii")


def _canonical_base64(value: Any) -> str:
    """The same bytes in the one form that can't be read in two ways. Raises ``ValueError`` or ``TypeError``."""
    if not _BASE64.fullmatch(value):
        raise ValueError
    digits = value.rstrip("=").replace("-", "+").replace("_", "/")
    padded = digits + "=" * (-len(digits) % 4)
    if len(value.rstrip("=")) != len(value) and len(value) != len(padded):
        raise ValueError
    again = base64.b64encode(base64.b64decode(padded, validate=True)).decode("ascii")
    if again != padded:  # bits that belong to no byte
        raise ValueError
    return again
