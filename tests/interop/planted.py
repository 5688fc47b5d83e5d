"""The traffic of the round trips: items of all three signals that can be told apart, a known share of them with a secret somewhere.

Contract: the same count gives the same requests. An item's id is in the item and survives redaction: a span's id, a log record's or data
point's time. A planted item has one secret in one place; ``needle`` is what no other item has, so that none of it may arrive. Every
``_CONTEXTS``-th request has a secret in its resource or scope instead, which all its items share. Nothing else in the traffic is
sensitive, so everything else has to arrive as it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from load.otlp import any_value
from load.values import BASE62, Values

SIGNALS = ("traces", "logs", "metrics")
REQUESTS: dict[str, Callable[[], Any]] = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}

_FIRST = 1_773_480_413_589_000_000
_PER_REQUEST = 200
_EVERY = 20  # one item in twenty is planted: 5 %
_CONTEXTS = 40


class Planted(NamedTuple):
    """Where a secret was put, and the part of it that is unlike anything else."""

    place: str
    needle: str


@dataclass
class Traffic:
    """One signal's requests, serialised, and what is hidden in them: by the item's id, and by the first item's id for contexts."""

    signal: str
    count: int
    requests: list[bytes] = field(default_factory=list)
    planted: dict[int, Planted] = field(default_factory=dict)
    contexts: dict[int, Planted] = field(default_factory=dict)


class Secret(NamedTuple):
    """The text to plant, and its needle."""

    text: str
    needle: str


def _address(values: Values) -> Secret:
    local = values.of(BASE62[26:52], 12)
    return Secret(f"{local}@mail.example.com", local)


def _key(values: Values) -> Secret:
    body = values.of(BASE62, 47)
    return Secret("sk-" + "proj-" + body + "Q", body)


def _token(values: Values) -> Secret:
    body = values.of(BASE62, 43)
    return Secret("Bearer " + body, body)


_KINDS = (_address, _key, _token)

Plant = Callable[[Any, Values, int], str]
"""Puts a secret into the item and returns its needle; the number varies the secret's kind."""


def _secret(values: Values, number: int) -> Secret:
    return _KINDS[number % len(_KINDS)](values)


def _set(attributes: Any, key: str, value: object) -> None:
    attributes.append(KeyValue(key=key, value=any_value(value)))


def _in_value(shape: Callable[[str], object], key: str = "note", of: Callable[[Any], Any] = lambda item: item.attributes) -> Plant:
    def plant(item: Any, values: Values, number: int) -> str:
        secret = _secret(values, number)
        _set(of(item), key, shape(secret.text))
        return secret.needle

    return plant


def _in_key(of: Callable[[Any], Any] = lambda item: item.attributes) -> Plant:
    def plant(item: Any, values: Values, number: int) -> str:
        secret = _secret(values, number)
        _set(of(item), f"of {secret.text}", "yes")
        return secret.needle

    return plant


def _in_field(name: str, text: str = "{0}", of: Callable[[Any], Any] = lambda item: item) -> Plant:
    def plant(item: Any, values: Values, number: int) -> str:
        secret = _address(values) if "=" in text else _secret(values, number)
        setattr(of(item), name, text.format(secret.text))
        return secret.needle

    return plant


def _under_name(key: str, shape: Callable[[str], object] = lambda text: text) -> Plant:
    """A value that only the attribute's name gives away."""

    def plant(item: Any, values: Values, number: int) -> str:
        needle = f"{values.of(BASE62, 9)} {values.of(BASE62, 9)}"
        _set(item.attributes, key, shape(f"{needle} and more of it"))
        return needle

    return plant


def _nested_json(text: str) -> str:
    return json.dumps({"outer": json.dumps({"inner": json.dumps({"note": f"for {text}"})})})


def _messages(text: str) -> object:
    return [{"role": "user", "parts": [{"type": "text", "content": text}]}]


_VALUES: dict[str, Plant] = {
    "value": _in_value(lambda text: f"sent on for {text}, twice"),
    "array": _in_value(lambda text: ["first", text, "last"]),
    "kvlist": _in_value(lambda text: {"user": {"contact": text, "age": 41}}),
    "bytes": _in_value(lambda text: text.encode()),
    "json": _in_value(_nested_json),
    "key": _in_key(),
    "url": _in_value(lambda text: f"https://api.example.com/find?q={text.replace('@', '%40').replace(' ', '%20')}&page=2", "url.full"),
    "header": _under_name("http.request.header.authorization", lambda text: [text]),
}
_PROMPTS: dict[str, Plant] = {
    "prompt": _under_name("gen_ai.prompt"),
    "prompt_json": _under_name("gen_ai.input.messages", lambda text: json.dumps(_messages(text))),
    "prompt_structured": _under_name("gen_ai.input.messages", _messages),
    "prompt_indexed": _under_name("gen_ai.prompt.0.content"),
}


def _link(item: Any) -> Any:
    return item.links.add(trace_id=item.trace_id, span_id=item.span_id)


def _event(item: Any) -> Any:
    return item.events.add(time_unix_nano=item.start_time_unix_nano, name="exception")


def _points(metric: Any) -> Any:
    return getattr(metric, metric.WhichOneof("data")).data_points[0]


def _exemplar(metric: Any) -> Any:
    if metric.WhichOneof("data") == "summary":  # the one kind whose points have no exemplars
        return _points(metric).attributes
    return _points(metric).exemplars.add(time_unix_nano=1, as_double=1.5).filtered_attributes


def _at_point(plant: Plant) -> Plant:
    return lambda metric, values, number: plant(_points(metric), values, number)


def _without_body(plant: Plant) -> Plant:
    """The body of a log record about a prompt is itself taken for one."""

    def plant_alone(item: Any, values: Values, number: int) -> str:
        item.ClearField("body")
        return plant(item, values, number)

    return plant_alone


PLACES: dict[str, dict[str, Plant]] = {
    "traces": _VALUES
    | _PROMPTS
    | {
        "span_name": _in_field("name", "GET /users/{0}"),
        "trace_state": _in_field("trace_state", "acme={0}"),
        "status": _in_field("message", "refused for {0}", lambda item: item.status),
        "event_name": _in_field("name", "mailed {0}", _event),
        "event_attribute": _in_value(lambda text: f"no such user: {text}", "exception.message", lambda item: _event(item).attributes),
        "event_key": _in_key(lambda item: _event(item).attributes),
        "link_attribute": _in_value(lambda text: text, "origin", lambda item: _link(item).attributes),
        "link_trace_state": _in_field("trace_state", "acme={0}", _link),
    },
    "logs": _VALUES
    | {place: _without_body(plant) for place, plant in _PROMPTS.items()}
    | {
        "body": lambda item, values, number: _body(item, values, number, lambda text: f"user {text} logged in"),
        "body_kvlist": lambda item, values, number: _body(item, values, number, lambda text: {"event": {"who": text, "ok": True}}),
        "body_array": lambda item, values, number: _body(item, values, number, lambda text: ["a", [text]]),
        "body_bytes": lambda item, values, number: _body(item, values, number, lambda text: b"user " + text.encode()),
        "body_json": lambda item, values, number: _body(item, values, number, _nested_json),
        "severity": _in_field("severity_text", "INFO for {0}"),
        "event_name": _in_field("event_name", "mailed {0}"),
    },
    "metrics": {place: _at_point(plant) for place, plant in _VALUES.items()}
    | {
        "exemplar": _in_value(lambda text: f"for {text}", of=_exemplar),
        "exemplar_key": _in_key(_exemplar),
        "description": _in_field("description", "requests of {0}"),
        "unit": _in_field("unit", "{0}"),
        "metadata": _in_value(lambda text: text, "owner", lambda metric: metric.metadata),
    },
}


def _body(item: Any, values: Values, number: int, shape: Callable[[str], object]) -> str:
    secret = _secret(values, number)
    item.body.CopyFrom(any_value(shape(secret.text)))
    return secret.needle


CONTEXTS: dict[str, Plant] = {
    "resource": _in_value(lambda text: text, "service.owner", lambda group: group.resource.attributes),
    "resource_key": _in_key(lambda group: group.resource.attributes),
    "scope_name": _in_field("name", "lib of {0}", lambda group: _scoped(group).scope),
    "scope_version": _in_field("version", "1 by {0}", lambda group: _scoped(group).scope),
    "scope_attribute": _in_value(lambda text: [text], "by", lambda group: _scoped(group).scope.attributes),
    "scope_schema": _in_field("schema_url", "https://example.com/{0}", lambda group: _scoped(group)),
    "resource_schema": _in_field("schema_url", "https://example.com/{0}"),
}


def _scoped(group: Any) -> Any:
    for name in ("scope_spans", "scope_logs", "scope_metrics"):
        if hasattr(group, name):
            return getattr(group, name)[0]
    raise AssertionError("no scope")


def _ordinary(attributes: Any, values: Values, number: int) -> None:
    """What is in every item, of every type a value has, and stays as it is."""
    draw = values.random.getrandbits(30)
    _set(attributes, "http.request.method", ("GET", "POST", "PUT")[draw % 3])
    _set(attributes, "url.path", f"/v1/orders/{draw}/items")
    _set(attributes, "http.response.status_code", (200, 204, 404)[draw % 3])
    _set(attributes, "app.request_id", values.uuid())
    _set(attributes, "app.ratio", draw / 7)
    _set(attributes, "app.note", values.work(6) + ' — Größe 中文 \N{GRINNING FACE}\t"quoted" \\ /')
    if number % 3 == 0:
        _set(attributes, "app.tags", ["blue", "", 17, -1, True, None, {"deep": [0.5, b"\x00\xff\x01"]}])
    if number % 7 == 0:
        _set(attributes, "", values.hex(40))


def _span(items: Any, values: Values, number: int) -> Any:
    start = _FIRST + 13_000 * number
    item = items.add(name="GET /v1/orders/{id}", kind=1 + number % 5, start_time_unix_nano=start, end_time_unix_nano=start + 900 * (number % 90))
    item.trace_id, item.span_id = bytes.fromhex(values.hex(32)), (number + 1).to_bytes(8, "big")
    item.flags, item.dropped_attributes_count = 0x101, number % 2
    if number % 5 == 0:
        item.parent_span_id = bytes.fromhex(values.hex(16))
        item.trace_state = f"rojo={values.hex(16)}"
        _set(item.events.add(time_unix_nano=start + 1, name="cache miss").attributes, "app.shard", number)
        _set(item.links.add(trace_id=item.trace_id, span_id=item.span_id, flags=1).attributes, "app.via", "queue")
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
    time: int = item.time_unix_nano if signal == "logs" else _points(item).time_unix_nano
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
        _set(group.resource.attributes, "service.name", "checkout")
        _set(group.resource.attributes, "host.name", f"node-{first}")
        scoped = getattr(group, inner).add(schema_url="https://opentelemetry.io/schemas/1.26.0")
        scoped.scope.name, scoped.scope.version = "orders.instrumentation", "1.4.2"
        for number in range(first, min(first + _PER_REQUEST, count)):
            item = add(getattr(scoped, items), values, number)
            if number % _EVERY == values.random.randrange(_EVERY):
                place, plant = places[len(made.planted) % len(places)]
                made.planted[id_of(signal, item)] = Planted(place, plant(item, values, len(made.planted)))
        if first // _PER_REQUEST % _CONTEXTS == 1:
            place, plant = contexts[len(made.contexts) % len(contexts)]
            made.contexts[first + 1] = Planted(place, plant(group, values, len(made.contexts)))
        made.requests.append(message.SerializeToString())
    return made
