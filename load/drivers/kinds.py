"""What can be sent: for each kind of traffic its path and content type over HTTP, and how its requests are made.

Contract: a request has exactly ``items`` records (spans, lines), no two requests are alike, the same arguments give the same bytes, and so
many of the records as ``share`` says have something to redact in them. What comes of the last, unfinished request is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeVar

import orjson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from load import corpus, otlp, spans

_JSON, _PROTOBUF, _NDJSON, _TEXT = "application/json", "application/x-protobuf", "application/x-ndjson", "text/plain"
_INGEST = "/ingest"

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Kind:
    """``item`` is what one record is called; ``grpc`` whether gRPC carries it; ``make(items, share, size)`` gives about ``size`` bytes."""

    name: str
    item: str
    path: str
    content_type: str
    make: Callable[[int, float, int], Iterator[bytes]]
    signal: str = "logs"
    grpc: bool = False

    @property
    def takes_lines(self) -> bool:
        """Whether it goes to an ``ndjson`` receiver, and so to no OTLP backend."""
        return self.path == _INGEST


def trace_requests(items: int, share: float, size: int) -> Iterator[bytes]:
    made = (ExportTraceServiceRequest.FromString(payload).resource_spans for payload in spans.spans_proto(size, share=share).payloads)
    records = (span for batches in made for batch in batches for span in batch.scope_spans[0].spans)
    return map(otlp.traces_request, _batches(records, items))


def trace_documents(items: int, share: float, size: int) -> Iterator[bytes]:
    """The same as OTLP/JSON."""
    made = (orjson.loads(payload)["resourceSpans"] for payload in spans.spans_json(size, share=share).payloads)
    records = (orjson.dumps(span) for batches in made for batch in batches for span in batch["scopeSpans"][0]["spans"])
    return map(otlp.traces_document, _batches(records, items))


def log_requests(items: int, share: float, size: int) -> Iterator[bytes]:
    made = (ExportLogsServiceRequest.FromString(payload).resource_logs for payload in spans.logs_proto(size, share=share).payloads)
    records = (record for batches in made for batch in batches for record in batch.scope_logs[0].log_records)
    return map(otlp.logs_request, _batches(records, items))


def _lines(made: Callable[[int, float], corpus.Corpus]) -> Callable[[int, float, int], Iterator[bytes]]:
    def make(items: int, share: float, size: int) -> Iterator[bytes]:
        lines = chain.from_iterable(payload.splitlines(keepends=True) for payload in made(size, share).payloads)
        return map(b"".join, _batches(lines, items))

    return make


def _batches(records: Iterable[Record], items: int) -> Iterator[list[Record]]:
    waiting = iter(records)
    while len(batch := list(islice(waiting, items))) == items:
        yield batch


KINDS = {
    kind.name: kind
    for kind in (
        Kind("otlp", "spans", "/v1/traces", _PROTOBUF, trace_requests, signal="traces", grpc=True),
        Kind("otlp-json", "spans", "/v1/traces", _JSON, trace_documents, signal="traces"),
        Kind("otlp-logs", "records", "/v1/logs", _PROTOBUF, log_requests, grpc=True),
        Kind("ndjson", "lines", _INGEST, _NDJSON, _lines(lambda size, share: corpus.application_ndjson(size, share=share))),
        Kind("text", "lines", _INGEST, _TEXT, _lines(lambda size, share: corpus.logfmt(size, share=share))),
        Kind("llm", "lines", _INGEST, _NDJSON, _lines(lambda size, _share: corpus.gateway_bodies(size))),
    )
}
