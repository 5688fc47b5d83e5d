"""The part of an OTLP ``Export…ServiceResponse`` that says what a backend took only in part.

Contract: ``read`` never fails; a response that can't be read says nothing. The responses of all signals are the same on the wire
(``partial_success = 1 {int64 rejected_… = 1; string error_message = 2}``); in JSON the count's name tells them apart.
"""

from __future__ import annotations

from typing import NamedTuple

import orjson
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from service.exporters.contract import JSON, PROTOBUF

_COUNTS = {"traces": "rejectedSpans", "metrics": "rejectedDataPoints", "logs": "rejectedLogRecords"}


class PartialSuccess(NamedTuple):
    """How many records were refused, and what the backend says about it; a message without a count is a warning."""

    rejected: int = 0
    message: str = ""


def read(body: bytes, content_type: str) -> PartialSuccess:
    """What a response of either content type says."""
    if not body:
        return PartialSuccess()
    if content_type == JSON:
        return _from_json(body)
    if content_type == PROTOBUF:
        return _from_protobuf(body)
    return PartialSuccess()


def write(partial: PartialSuccess, content_type: str, signal: str) -> bytes:
    """The response that says so; ``partial_success`` is unset where there is nothing to say."""
    if content_type == JSON:
        if partial == PartialSuccess():
            return b"{}"
        return orjson.dumps({"partialSuccess": {_COUNTS[signal]: str(partial.rejected), "errorMessage": partial.message}})
    response = ExportTraceServiceResponse()
    if partial != PartialSuccess():
        response.partial_success.rejected_spans = partial.rejected
        response.partial_success.error_message = partial.message
    return bytes(response.SerializeToString())


def _from_protobuf(body: bytes) -> PartialSuccess:
    response = ExportTraceServiceResponse()
    try:
        response.ParseFromString(body)
    except DecodeError:
        return PartialSuccess()
    partial = response.partial_success
    return PartialSuccess(max(0, partial.rejected_spans), partial.error_message)


def _from_json(body: bytes) -> PartialSuccess:
    try:
        partial = orjson.loads(body)["partialSuccess"]
        counts = [partial[name] for name in _COUNTS.values() if name in partial]
        rejected = int(counts[0]) if counts else 0
        message = partial.get("errorMessage")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return PartialSuccess()
    return PartialSuccess(min(max(0, rejected), (1 << 63) - 1), message if isinstance(message, str) else "")
