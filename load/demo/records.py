"""OTLP taken apart into named fields, so that what went in can be laid beside what came out.

``before`` is parsed from the protobuf the SDK sent, ``after`` from the OTLP/JSON lines the service wrote; a record is one span, log
record or metric data series, and a field's name is its path, with attributes by their keys.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from load.demo.errors import DemoError

Json = dict[str, Any]
Fields = dict[str, str]

MESSAGES: dict[str, Any] = {"traces": ExportTraceServiceRequest, "logs": ExportLogsServiceRequest, "metrics": ExportMetricsServiceRequest}
NESTING = {
    "traces": ("resourceSpans", "scopeSpans", "spans"),
    "logs": ("resourceLogs", "scopeLogs", "logRecords"),
    "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
}
IDS = {"traceId", "spanId", "parentSpanId"}
SCALARS = {"stringValue", "intValue", "doubleValue", "boolValue", "bytesValue"}
IDENTITY = {"traces": ("spanId",), "logs": ("timeUnixNano", "observedTimeUnixNano"), "metrics": ("name",)}


class Pair(NamedTuple):
    """One record before and after."""

    signal: str
    title: str
    before: Fields
    after: Fields

    def changed(self) -> Iterator[tuple[str, str, str]]:
        """Name, before and after of each field that is not the same."""
        for name in [*self.before, *(self.after.keys() - self.before.keys())]:
            before, after = self.before.get(name, ""), self.after.get(name, "")
            if before != after:
                yield name, before, after


def sent(signal: str, bodies: Iterable[bytes]) -> list[Fields]:
    """The records of protobuf export requests."""
    documents = [MessageToDict(MESSAGES[signal].FromString(body), use_integers_for_enums=True) for body in bodies]
    return [dict(flatten(record, "", hex_ids=True)) for document in documents for record in unpack(signal, document)]


def written(signal: str, files: Iterable[bytes]) -> list[Fields]:
    """The records of OTLP/JSON lines; lines of another kind (ingested logs) are passed over."""
    documents = []
    for line in b"\n".join(files).splitlines():
        try:
            document = json.loads(line)
        except ValueError:
            continue
        if isinstance(document, dict) and NESTING[signal][0] in document:
            documents.append(document)
    return [dict(flatten(record, "")) for document in documents for record in unpack(signal, document)]


def unpack(signal: str, document: Json) -> Iterator[Json]:
    resources, scopes, records = NESTING[signal]
    for resource in document.get(resources, ()):
        for scope in resource.get(scopes, ()):
            yield from scope.get(records, ())


def flatten(node: Any, path: str, *, hex_ids: bool = False) -> Iterator[tuple[str, str]]:
    """Paths and texts of all scalar values below ``node``; ``hex_ids`` turns base64 ids into the hex of OTLP/JSON."""
    if isinstance(node, dict):
        if len(node) == 1 and (scalar := SCALARS & node.keys()):
            yield path, str(node[scalar.pop()])
            return
        for name, value in node.items():
            inner = base64.b64decode(value).hex() if hex_ids and name in IDS else value
            yield from flatten(inner, f"{path}.{name}".lstrip("."), hex_ids=hex_ids)
    elif isinstance(node, list):
        for at, item in enumerate(node):
            if isinstance(item, dict) and item.keys() == {"key", "value"}:
                yield from flatten(item["value"], f"{path}.{item['key']}", hex_ids=hex_ids)
            else:
                yield from flatten(item, f"{path}[{at}]", hex_ids=hex_ids)
    else:
        yield path, str(node)


def pair(signal: str, before: list[Fields], after: list[Fields]) -> list[Pair]:
    """Each record that was sent with the one that was written; refuses when a record is missing or new."""
    if len(before) != len(after):
        raise DemoError(f"{len(before)} {signal} records were sent and {len(after)} were written")

    def identity(record: Fields) -> tuple[str, ...]:
        return tuple(record.get(name, "") for name in IDENTITY[signal])

    pairs = []
    for old, new in zip(sorted(before, key=identity), sorted(after, key=identity), strict=True):
        if identity(old) != identity(new):
            raise DemoError(f"a {signal} record came out under another identity")
        pairs.append(Pair(signal, old.get("name") or f"log {old.get('severityText', '')}".strip(), old, new))
    return pairs
