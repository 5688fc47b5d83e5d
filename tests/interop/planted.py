"""The traffic of the round trips: items of all three signals that can be told apart, a known share of them with a secret somewhere.

Contract: the same count gives the same requests. An item's id is in the item and survives redaction: a span's id, a log record's or data
point's time. A planted item has one secret in one place; ``needle`` is what no other item has, so that none of it may arrive. Every
``_CONTEXTS``-th request has a secret in its resource or scope instead, which all its items share. Nothing else in the traffic is
sensitive, so everything else has to arrive as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from load.otlp import any_value
from load.values import Values
from tests.interop.places import CONTEXTS, PLACES, first_point, set_value

SIGNALS = ("traces", "logs", "metrics")
REQUESTS: dict[str, Callable[[], Any]] = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}

_FIRST = 1_773_480_413_589_000_000
_PER_REQUEST = 200
_EVERY = 20  # one item in twenty is planted: 5 %
_CONTEXTS = 10


class Planted(NamedTuple):
    """Where a secret was put, and the part of it that is unlike anything else."""

    place: str
    needle: str


@dataclass
class Traffic:
    """One signal's requests, serialised, and what is hidden in them: in items, by their ids, and in requests' resources and scopes."""

    signal: str
    count: int
    requests: list[bytes] = field(default_factory=list)
    planted: dict[int, Planted] = field(default_factory=dict)
    contexts: list[Planted] = field(default_factory=list)


def _ordinary(attributes: Any, values: Values, number: int) -> None:
    """What is in every item, of every type a value has, and stays as it is."""
    draw = values.random.getrandbits(30)
    set_value(attributes, "http.request.method", ("GET", "POST", "PUT")[draw % 3])
    set_value(attributes, "url.path", f"/v1/orders/{draw}/items")
    set_value(attributes, "http.response.status_code", (200, 204, 404)[draw % 3])
    set_value(attributes, "app.request_id", values.uuid())
    set_value(attributes, "app.ratio", draw / 7)
    set_value(attributes, "app.note", values.work(6) + ' — Größe 中文 \N{GRINNING FACE}\t"quoted" \\ /')
    if number % 3 == 0:
        set_value(attributes, "app.tags", ["blue", "", 17, -1, True, None, {"deep": [0.5, b"\x00\xff\x01"]}])
    if number % 7 == 0:
        set_value(attributes, "", values.hex(40))


def _span(items: Any, values: Values, number: int) -> Any:
    start = _FIRST + 13_000 * number
    item = items.add(name="GET /v1/orders/{id}", kind=1 + number % 5, start_time_unix_nano=start, end_time_unix_nano=start + 900 * (number % 90))
    item.trace_id, item.span_id = bytes.fromhex(values.hex(32)), (number + 1).to_bytes(8, "big")
    item.flags, item.dropped_attributes_count = 0x101, number % 2
    if number % 5 == 0:
        item.parent_span_id = bytes.fromhex(values.hex(16))
        item.trace_state = f"rojo={values.hex(16)}"
        set_value(item.events.add(time_unix_nano=start + 1, name="cache miss").attributes, "app.shard", number)
        set_value(item.links.add(trace_id=item.trace_id, span_id=item.span_id, flags=1).attributes, "app.via", "queue")
    item.status.code = number % 3
    _ordinary(item.attributes, values, number)
    return item


def _log(items: Any, values: Values, number: int) -> Any:
    item = items.add(time_unix_nano=_FIRST + number + 1, observed_time_unix_nano=_FIRST + 13_000 * number, severity_number=1 + number % 24)
    item.severity_text, item.flags = ("INFO", "warn", "")[number % 3], number % 2
    item.trace_id, item.span_id = bytes.fromhex(values.hex(32)), bytes.fromhex(values.hex(16))
    bodies: tuple[object, ...] = (values.work(14), {"event": values.work(3), "items": [1, 2.5, None]}, f'{{"took": {number}, "ok": true}}')
    item.body.CopyFrom(any_value(bodies[number % 3]))
    _ordinary(item.attributes, values, number)
    return item


def _metric(items: Any, values: Values, number: int) -> Any:
    item = items.add(name=f"orders.{number % 40}.duration", description="How long an order takes", unit="ms")
    kind = ("gauge", "sum", "histogram", "exponential_histogram", "summary")[number % 5]
    data = getattr(item, kind)
    point = data.data_points.add(start_time_unix_nano=_FIRST, time_unix_nano=_FIRST + number + 1)
    if kind in ("gauge", "sum"):
        point.as_double = number / 3
    else:
        point.count, point.sum = number, number * 1.5
    if kind == "histogram":
        point.explicit_bounds.extend((1.0, 5.0, 25.0))
        point.bucket_counts.extend((number, 0, 2, 1))
    if kind == "exponential_histogram":
        point.scale, point.zero_count = 3, 1
        point.positive.bucket_counts.extend((1, number, 3))
    if kind == "summary":
        point.quantile_values.add(quantile=0.99, value=number / 2)
    if kind not in ("gauge", "summary"):
        data.aggregation_temporality = 1 + number % 2
    _ordinary(point.attributes, values, number)
    return item


_ITEMS: dict[str, tuple[str, str, str, Callable[[Any, Values, int], Any]]] = {
    "traces": ("resource_spans", "scope_spans", "spans", _span),
    "logs": ("resource_logs", "scope_logs", "log_records", _log),
    "metrics": ("resource_metrics", "scope_metrics", "metrics", _metric),
}


def id_of(signal: str, item: Any) -> int:
    """What tells this item from all others."""
    if signal == "traces":
        return int.from_bytes(item.span_id, "big")
    time: int = item.time_unix_nano if signal == "logs" else first_point(item).time_unix_nano
    return time - _FIRST


def groups_of(signal: str, message: Any) -> list[tuple[Any, Any, list[Any]]]:
    """A request's items as ``(resource group, scope group, items)``."""
    outer, inner, items, _ = _ITEMS[signal]
    return [(group, scoped, list(getattr(scoped, items))) for group in getattr(message, outer) for scoped in getattr(group, inner)]


def traffic(signal: str, count: int) -> Traffic:
    """See the module."""
    values, made = Values(len(signal)), Traffic(signal, count)
    places, contexts = list(PLACES[signal].items()), list(CONTEXTS.items())
    outer, inner, items, add = _ITEMS[signal]
    for first in range(0, count, _PER_REQUEST):
        message = REQUESTS[signal]()
        group = getattr(message, outer).add(schema_url="https://opentelemetry.io/schemas/1.27.0")
        set_value(group.resource.attributes, "service.name", "checkout")
        set_value(group.resource.attributes, "host.name", f"node-{first}")
        scoped = getattr(group, inner).add(schema_url="https://opentelemetry.io/schemas/1.26.0")
        scoped.scope.name, scoped.scope.version = "orders.instrumentation", "1.4.2"
        for number in range(first, min(first + _PER_REQUEST, count)):
            item = add(getattr(scoped, items), values, number)
            if number % _EVERY == values.random.randrange(_EVERY):
                place, plant = places[len(made.planted) % len(places)]
                made.planted[id_of(signal, item)] = Planted(place, plant(item, values, len(made.planted)))
        if first // _PER_REQUEST % _CONTEXTS == 1:
            place, plant = contexts[len(made.contexts) % len(contexts)]
            made.contexts.append(Planted(place, plant(group, values, len(made.contexts))))
        made.requests.append(message.SerializeToString())
    return made
