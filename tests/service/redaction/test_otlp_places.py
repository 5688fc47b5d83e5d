"""No enforced finding leaves, in any place of OTLP: every text of every message type holds secrets, and none of them comes out."""

from __future__ import annotations

import base64
import json
from collections import Counter
from typing import Any

import pytest

from tests.service.redaction.otlp_requests import REQUESTS, SIGNALS, SPAN_ID, TRACE_ID, as_json, filled, messages, spans, wire
from tests.service.redaction.planted import ADDRESS, KEY, full_plan_of, redacted

TEXT = f"to {ADDRESS} with {KEY} end"
SECRETS = (ADDRESS.encode(), KEY.encode(), base64.b64encode(TEXT.encode()))
PLAN = full_plan_of(metric_names="enforce")


def types(message: Any) -> Counter[str]:
    return Counter(one.DESCRIPTOR.name for one in messages(message))


@pytest.mark.parametrize("signal", SIGNALS)
def test_the_request_to_test_with_has_every_message_type_of_the_signal(signal: str) -> None:
    reachable, waiting = set(), [REQUESTS[signal].DESCRIPTOR]
    while waiting:
        kind = waiting.pop()
        if kind.name not in reachable:
            reachable.add(kind.name)
            waiting.extend(field.message_type for field in kind.fields if field.message_type is not None)
    assert set(types(filled(signal, TEXT))) == reachable


@pytest.mark.parametrize("signal", SIGNALS)
def test_nothing_planted_in_any_text_of_protobuf_comes_out(signal: str) -> None:
    message = filled(signal, TEXT)
    rewritten = redacted(f"otlp_proto:{signal}", wire(message), PLAN)
    for secret in SECRETS:
        assert rewritten.payload.count(secret) == 0
    assert not rewritten.report.unprocessable
    after = REQUESTS[signal].FromString(rewritten.payload)
    assert types(after) == types(message)
    assert wire(REQUESTS[signal].FromString(rewritten.payload)) == rewritten.payload


@pytest.mark.parametrize("signal", SIGNALS)
def test_nothing_planted_in_any_text_of_json_comes_out(signal: str) -> None:
    payload = as_json(filled(signal, TEXT))
    rewritten = redacted(f"otlp_json:{signal}", payload, PLAN)
    assert not rewritten.report.unprocessable
    left = Counter(path for path, text in texts(json.loads(rewritten.payload), "") if any(secret.decode() in text for secret in SECRETS))
    assert left == {}


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("codec", ["otlp_proto", "otlp_json"])
def test_ids_and_numbers_stay(signal: str, codec: str) -> None:
    message = filled(signal, TEXT)
    payload = wire(message) if codec == "otlp_proto" else as_json(message)
    rewritten = redacted(f"{codec}:{signal}", payload, PLAN).payload
    for one in (TRACE_ID, SPAN_ID):
        shown = one if codec == "otlp_proto" else one.hex().encode()
        assert rewritten.count(shown) == payload.count(shown)
    if codec == "otlp_proto":
        after = REQUESTS[signal].FromString(rewritten)
        for before_one, after_one in zip(messages(message), messages(after), strict=True):
            assert numbers(before_one) == numbers(after_one)


@pytest.mark.parametrize("field", ["trace_id", "span_id", "parent_span_id"])
def test_what_is_longer_than_an_id_is_none(field: str) -> None:
    """A decoder takes any bytes there, and a backend may show them."""
    message = spans({"note": "x"})
    setattr(message.resource_spans[0].scope_spans[0].spans[0], field, KEY.encode())
    assert KEY.encode() not in redacted("otlp_proto:traces", wire(message), PLAN).payload


@pytest.mark.parametrize("name", ["bytesValue", "bytes_value"])
@pytest.mark.parametrize("spoilt", ["{0}", "{0}\\n", "*{0}", "{1}!{2}", "{1} {2}", "{1}={2}", "{1}=={2}"])
def test_bytes_that_only_some_decoders_can_read_do_not_hide_a_secret(name: str, spoilt: str) -> None:
    encoded = base64.b64encode(TEXT.encode()).decode()
    value = spoilt.format(encoded, encoded[:20], encoded[20:])
    payload = f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"attributes":[{{"key":"a","value":{{"{name}":"{value}"}}}}]}}]}}]}}]}}'
    after = json.loads(redacted("otlp_json:traces", payload.encode(), PLAN).payload)
    (attribute,) = after["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"]
    decoded = base64.b64decode(attribute["value"][name], validate=True)
    assert b"REDACTED" in decoded
    assert KEY.encode() not in decoded
    assert ADDRESS.encode() not in decoded


@pytest.mark.parametrize("signal", SIGNALS)
def test_names_of_one_message_stay_distinct(signal: str) -> None:
    """A redacted name is a valid one, and no two attributes of a record get the same."""
    message = filled(signal, "note")
    count = 0
    for one in messages(message):
        for attribute in getattr(one, "attributes", ()):
            count += 1
            attribute.key = f"user{count}" + "@" + "example.com"
    after = REQUESTS[signal].FromString(redacted(f"otlp_proto:{signal}", wire(message), PLAN).payload)
    for one in messages(after):
        check_names([attribute.key for attribute in getattr(one, "attributes", ())])
    for names in names_in(json.loads(redacted(f"otlp_json:{signal}", as_json(message), PLAN).payload)):
        check_names(names)


def check_names(names: list[str]) -> None:
    assert len(set(names)) == len(names)
    assert all(name.startswith("redacted_email") for name in names)


def names_in(value: Any) -> list[list[str]]:
    """The attribute names of each message of a JSON request."""
    if isinstance(value, list):
        return [names for member in value for names in names_in(member)]
    if not isinstance(value, dict):
        return []
    own = [[attribute["key"] for attribute in value["attributes"]]] if "attributes" in value else []
    return own + [names for member in value.values() for names in names_in(member)]


def texts(value: Any, path: str) -> list[tuple[str, str]]:
    """Each string of a JSON value, names included, with the names above it."""
    if isinstance(value, dict):
        return [row for name, member in value.items() for row in [(path + "/(name)", name), *texts(member, f"{path}/{name}")]]
    if isinstance(value, list):
        return [row for member in value for row in texts(member, path)]
    return [(path, value)] if isinstance(value, str) else []


def numbers(message: Any) -> list[tuple[str, object]]:
    return [
        (field.name, value)
        for field, value in message.ListFields()
        if isinstance(value, (int, float)) or (isinstance(value, bytes) and field.name.endswith("_id"))
    ]
