"""OTLP/JSON as OTLP/protobuf, for a backend that takes nothing else.

Contract: what OTLP/JSON does otherwise than protobuf's own JSON mapping is undone first (OTLP specification, "JSON Protobuf Encoding":
trace and span ids are hex, unknown fields are ignored). What can't be converted is a ``FramingError`` that says none of it.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from service.errors import FramingError

_REQUESTS: dict[str, Any] = {"traces": ExportTraceServiceRequest, "metrics": ExportMetricsServiceRequest, "logs": ExportLogsServiceRequest}
_HEX_FIELDS = {"traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id"}


def to_protobuf(signal: str, payload: bytes) -> bytes:
    """The same request as protobuf. Raises ``FramingError``."""
    message = _REQUESTS[signal]()
    try:
        document = orjson.loads(payload)
        if not isinstance(document, dict):  # json_format looks for members in anything
            raise TypeError
        _hex_to_base64(document)
        json_format.ParseDict(document, message, ignore_unknown_fields=True)
        return bytes(message.SerializeToString())
    except (json_format.Error, ValueError, TypeError, AttributeError, binascii.Error, RecursionError):
        raise FramingError("not an OTLP/JSON request that can be written as protobuf") from None


def _hex_to_base64(document: Any) -> None:
    """Changes the ids in place. An attribute's name is never a member's name, so whatever member is called so is an id."""
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            for name, value in node.items():
                if name in _HEX_FIELDS and isinstance(value, str):
                    node[name] = base64.b64encode(bytes.fromhex(value)).decode("ascii")
                elif isinstance(value, (dict, list)):
                    waiting.append(value)
