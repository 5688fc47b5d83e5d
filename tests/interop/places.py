"""Where a secret can stand in OTLP, one function a place, for all three signals: it puts one there and returns its needle.

Contract: the needle is the part of the secret that is unlike anything else in the traffic, so that none of it may arrive. What else the
place needs (an event, a link) is made along with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from load.otlp import any_value
from load.values import BASE62, Values


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


def set_value(attributes: Any, key: str, value: object) -> None:
    attributes.append(KeyValue(key=key, value=any_value(value)))


def _in_value(shape: Callable[[str], object], key: str = "note", of: Callable[[Any], Any] = lambda item: item.attributes) -> Plant:
    def plant(item: Any, values: Values, number: int) -> str:
        secret = _secret(values, number)
        set_value(of(item), key, shape(secret.text))
        return secret.needle

    return plant


def _in_key(of: Callable[[Any], Any] = lambda item: item.attributes) -> Plant:
    def plant(item: Any, values: Values, number: int) -> str:
        secret = _secret(values, number)
        set_value(of(item), f"of {secret.text}", "yes")
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
        set_value(item.attributes, key, shape(f"{needle} and more of it"))
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


def first_point(metric: Any) -> Any:
    return getattr(metric, metric.WhichOneof("data")).data_points[0]


def _exemplar(metric: Any) -> Any:
    if metric.WhichOneof("data") == "summary":  # the one kind whose points have no exemplars
        return first_point(metric).attributes
    return first_point(metric).exemplars.add(time_unix_nano=1, as_double=1.5).filtered_attributes


def _at_point(plant: Plant) -> Plant:
    return lambda metric, values, number: plant(first_point(metric), values, number)


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
