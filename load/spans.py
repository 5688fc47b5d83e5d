"""Generated OTLP traffic: spans of a web service (470 bytes each as protobuf) and log records, in both encodings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import orjson
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from load import otlp
from load.corpus_requests import REQUEST_BYTES, Corpus
from load.values import MESSAGE_HITS, Values, hit_positions

FIRST = 1_773_480_413_589_000_000
_COLUMNS = (
    "SELECT id, state, total, currency, placed_at, updated_at, warehouse, carrier, weight, parcels, discount, tax, channel, priority, "
    "region, locale, basket, batch, shelf, picker FROM orders WHERE id = $1 AND state <> $2 ORDER BY placed_at LIMIT 50"
)
_FRAME_BYTES = 373
"""What a span's ids, times and fixed attributes take, with their tags and lengths: all but the text of ``db.query.text``."""
_LOG_FRAME_BYTES = 236
"""The same of a log record: all but the text of its body."""

Encoded = TypeVar("Encoded")


SpanMaker = Callable[[Values, int, bool], otlp.SpanFields]
"""(values, number of the span, is it hit) -> what it says."""


def spans_proto(size: int, *, share: float = 0.05, record_bytes: int = 470, seed: int = 11) -> Corpus:
    """Requests of ``ExportTraceServiceRequest``; every span about ``record_bytes`` long."""
    return traces_proto("traces", partial(_span, record_bytes=record_bytes), size, share, seed)


def spans_json(size: int, *, share: float = 0.05, record_bytes: int = 470, seed: int = 11) -> Corpus:
    """The same spans as OTLP/JSON; ``record_bytes`` still is their length as protobuf."""
    return traces_json("traces", partial(_span, record_bytes=record_bytes), size, share, seed)


def traces_proto(kind: str, make: SpanMaker, size: int, share: float, seed: int) -> Corpus:
    """Requests of ``ExportTraceServiceRequest`` with the spans that ``make`` says."""

    def encode(values: Values, number: int, hit: bool) -> tuple[Span, int]:
        span = otlp.span_message(make(values, number, hit))
        return span, span.ByteSize()

    return _corpus(f"otlp_proto {kind}", "otlp_proto:traces", encode, otlp.traces_request, size, share, seed)


def traces_json(kind: str, make: SpanMaker, size: int, share: float, seed: int) -> Corpus:
    """The same as OTLP/JSON."""

    def encode(values: Values, number: int, hit: bool) -> tuple[bytes, int]:
        span = orjson.dumps(otlp.span_object(make(values, number, hit)))
        return span, len(span)

    return _corpus(f"otlp_json {kind}", "otlp_json:traces", encode, otlp.traces_document, size, share, seed)


def logs_proto(size: int, *, share: float = 0.05, record_bytes: int | None = None, seed: int = 12) -> Corpus:
    """Requests of ``ExportLogsServiceRequest``; the body fills a record up to ``record_bytes``."""

    def encode(values: Values, number: int, hit: bool) -> tuple[LogRecord, int]:
        record = otlp.log_message(_log(values, number, hit, record_bytes))
        return record, record.ByteSize()

    return _corpus("otlp_proto logs", "otlp_proto:logs", encode, otlp.logs_request, size, share, seed)


def logs_json(size: int, *, share: float = 0.05, record_bytes: int | None = None, seed: int = 12) -> Corpus:
    """The same log records as OTLP/JSON; ``record_bytes`` still is their length as protobuf."""

    def encode(values: Values, number: int, hit: bool) -> tuple[bytes, int]:
        record = orjson.dumps(otlp.log_object(_log(values, number, hit, record_bytes)))
        return record, len(record)

    return _corpus("otlp_json logs", "otlp_json:logs", encode, otlp.logs_document, size, share, seed)


def _corpus(
    name: str,
    codec: str,
    encode: Callable[[Values, int, bool], tuple[Encoded, int]],
    wrap: Callable[[list[Encoded]], bytes],
    size: int,
    share: float,
    seed: int,
) -> Corpus:
    """Requests of about 1 MiB of what ``encode`` makes of (values, number of the record, is it hit): the record, and its length."""
    values = Values(seed)
    is_hit = hit_positions(values.random, share)
    made = hits = 0

    def payloads() -> Iterator[bytes]:
        nonlocal made, hits
        left = size
        while left > 0:
            batch: list[Encoded] = []
            room = min(REQUEST_BYTES, left)
            while room > 0:
                hit = is_hit(made)
                record, length = encode(values, made, hit)
                batch.append(record)
                made += 1
                hits += hit
                room -= length
                left -= length
            yield wrap(batch)

    requests = tuple(payloads())
    return Corpus(name, codec, requests, made, hits)


def _span(values: Values, number: int, hit: bool, record_bytes: int) -> otlp.SpanFields:
    draw = values.random.getrandbits(30)
    start = FIRST + 13_000_000 * number + draw % 1_000_000
    attributes: dict[str, object] = {
        "http.request.method": ("GET", "POST", "PUT")[draw % 3],
        "url.path": f"/v1/orders/{draw}/items",
        "http.response.status_code": (200, 200, 204, 404)[draw % 4],
        "server.address": "orders.internal.example.com",
        "server.port": 8443,
        "network.peer.address": values.address(),
        "app.request_id": values.uuid(),
    }
    events: list[otlp.Event] = []
    failure = ""
    added = 0
    if hit:
        events, failure, added = _make_sensitive(values, number, attributes)
    attributes["db.query.text"] = (_COLUMNS * (record_bytes // len(_COLUMNS) + 1))[: max(record_bytes - _FRAME_BYTES - added, 20)]
    end = start + draw % 90_000_000
    return otlp.SpanFields(values.hex(32), values.hex(16), "GET /v1/orders/{id}/items", start, end, attributes, events, failure)


def _make_sensitive(values: Values, number: int, attributes: dict[str, object]) -> tuple[list[otlp.Event], str, int]:
    """Put one sensitive thing where spans have them; returns the events, the status message and how many bytes came on."""
    match number % 7:
        case 0:
            attributes["http.request.header.authorization"] = [values.bearer()]
            return [], "", 95
        case 1:
            attributes["gen_ai.request.model"] = "gpt-4o-mini"
            attributes["gen_ai.prompt"] = values.prose(10)
            return [], "", 135
        case 2:
            attributes["gen_ai.usage.input_tokens"] = 40 + number % 900
            messages = [{"role": "user", "parts": [{"type": "text", "content": values.prose(6)}]}]
            attributes["gen_ai.input.messages"] = orjson.dumps(messages).decode()
            return [], "", 195
        case 3:
            attributes["app.recipient"] = values.email()
            return [], "", 60
        case 4:
            attributes["db.connection_string"] = f"postgres://{values.userinfo()}@db-3:5432/orders"
            return [], "", 80
        case 5:
            text = MESSAGE_HITS[number // 7 % len(MESSAGE_HITS)](values)
            event = otlp.Event("exception", {"exception.type": "orders.errors.LedgerError", "exception.message": text})
            return [event], "", 115 + len(text)
        case _:
            text = MESSAGE_HITS[number // 7 % len(MESSAGE_HITS)](values)
            return [], text, 6 + len(text)


def _log(values: Values, number: int, hit: bool, record_bytes: int | None) -> otlp.LogFields:
    draw = values.random.getrandbits(30)
    body = values.work(14)
    said = "; " + MESSAGE_HITS[number % len(MESSAGE_HITS)](values) if hit else ""
    if record_bytes is not None:
        room = max(record_bytes - _LOG_FRAME_BYTES - len(said), 0)
        body = (body if room <= len(body) else f"{body} {values.work(room // 2)}")[:room]
    attributes: dict[str, object] = {
        "code.file.path": "orders/ledger.py",
        "code.line.number": draw % 900,
        "app.request_id": values.uuid(),
        "app.offset": draw * 1031,
        "network.peer.address": values.address(),
    }
    return otlp.LogFields(values.hex(32), values.hex(16), FIRST + 13_000_000 * number, body + said, attributes)
