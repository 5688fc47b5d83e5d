"""The OTLP/JSON codec, all three signals."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from google.protobuf.json_format import Parse

from service.errors import FramingError
from tests.service.payloads import request
from tests.service.redaction.codec_kit import Case, CodecContract
from tests.service.redaction.otlp_requests import REQUESTS, SIGNALS, as_json, logs, spans
from tests.service.redaction.planted import ADDRESS, CARD, EMAIL, KEY, KEY_MARKER, PASSWORD, PASSWORD_MARKER, redacted
from tests.service.redaction.planted import out as out_of

A = ADDRESS.encode()


def cases(signal: str) -> tuple[Case, ...]:
    return (
        Case("clean", as_json(request(signal, "a", "b")), as_json(request(signal, "a", "b"))),
        Case("an address", as_json(request(signal, f"to {ADDRESS}", "b")), as_json(request(signal, f"to {EMAIL}", "b")), (A,)),
        Case("laid out", as_json(request(signal, KEY), indent=2), as_json(request(signal, KEY_MARKER), indent=2), (KEY.encode(),)),
    )


class TestOtlpJsonTraces(CodecContract):
    codec, cases = "otlp_json:traces", cases("traces")


class TestOtlpJsonLogs(CodecContract):
    codec, cases = "otlp_json:logs", cases("logs")


class TestOtlpJsonMetrics(CodecContract):
    codec, cases = "otlp_json:metrics", cases("metrics")


def span_with(attributes: str, **fields: str) -> bytes:
    """A request written by hand, to say in which order members come."""
    extra = "".join(f',"{name}":{value}' for name, value in fields.items())
    ids = f'"traceId":"{"7a" * 16}","spanId":"{"6b" * 8}"'
    return f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{ids}{extra},"attributes":[{attributes}]}}]}}]}}]}}'.encode()


def out(payload: bytes, signal: str = "traces") -> str:
    rewritten = out_of(f"otlp_json:{signal}", payload)
    json.loads(rewritten)
    return rewritten


@pytest.mark.parametrize(
    "form",
    [
        '{"key":"%s","value":{"stringValue":"%s"}}',
        '{"value":{"stringValue":"%s"},"key":"%s"}',
        '{ "key" : "%s" , "value" : { "stringValue" : "%s" } }',
        '{"value" :{ "stringValue": "%s"}\n,\n"key":\t"%s"}',
    ],
)
@pytest.mark.parametrize(("name", "value"), [("password", PASSWORD), ("gen_ai.prompt", "Is Ida well again?"), ("note", ADDRESS)])
def test_a_name_in_a_value_is_read_in_any_order(form: str, name: str, value: str) -> None:
    first = (name, value) if form.index("key") < form.index("value") else (value, name)
    rewritten = out(span_with(form % first))
    assert value not in rewritten
    assert "[REDACTED:" in rewritten
    assert f'"{name}"' in rewritten


def test_escaped_names_are_read() -> None:
    escaped = "pass\\u0077ord"
    assert PASSWORD not in out(span_with(f'{{"key":"{escaped}","value":{{"stringValue":"{PASSWORD}"}}}}'))
    assert PASSWORD not in out(span_with(f'{{"\\u006bey":"password","value":{{"stringValue":"{PASSWORD}"}}}}'))


def test_bytes_values_are_base64() -> None:
    raw = base64.b64encode(f"to {ADDRESS} and {KEY}".encode()).decode()
    rewritten = out(span_with(f'{{"key":"raw","value":{{"bytesValue":"{raw}"}}}}'))
    value = json.loads(rewritten)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"][0]["value"]["bytesValue"]
    assert base64.b64decode(value, validate=True).decode() == f"to {EMAIL} and {KEY_MARKER}"


def test_bytes_under_a_sensitive_name_go() -> None:
    raw = base64.b64encode(PASSWORD.encode()).decode()
    for name in ("password", "authorization"):
        rewritten = out(span_with(f'{{"key":"{name}","value":{{"bytesValue":"{raw}"}}}}'))
        assert raw not in rewritten, name


def test_clean_bytes_stay_as_they_came() -> None:
    raw = base64.b64encode(bytes(range(256))).decode()
    payload = span_with(f'{{"key":"raw","value":{{"bytesValue":"{raw}"}}}}')
    assert redacted("otlp_json:traces", payload).payload is payload


def test_the_word_key_is_no_sensitive_name() -> None:
    payload = span_with('{"key":"colour","value":{"stringValue":"greenish-blue-4711"}}')
    assert redacted("otlp_json:traces", payload).payload is payload


@pytest.mark.parametrize("number", ['{"intValue":"48151623"}', '{"intValue":48151623}', '{"doubleValue":48151623.5}'])
def test_a_number_under_a_sensitive_name_becomes_an_empty_value(number: str) -> None:
    rewritten = json.loads(out(span_with(f'{{"key":"password","value":{number}}},{{"key":"n","value":{number}}}')))
    attributes = rewritten["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"]
    assert [one["value"] for one in attributes] == [{}, json.loads(number)]


def test_nested_names_are_looked_at_whatever_name_stands_above_them() -> None:
    for outer in (ADDRESS, "password", "user.session", "note"):
        rewritten = out(as_json(spans({outer: {ADDRESS: "x", "list": [{ADDRESS: ADDRESS}]}})))
        assert ADDRESS not in rewritten, outer.replace(ADDRESS, "an address")


def test_nested_names_make_their_values_sensitive() -> None:
    for outer in ("note", "user.session", ADDRESS):
        rewritten = out(as_json(spans({outer: {"password": PASSWORD, "more": [{"api_key": PASSWORD}]}})))
        assert PASSWORD not in rewritten, outer.replace(ADDRESS, "an address")


def test_numbers_that_are_written_as_strings_stay_valid() -> None:
    """64-bit integers are strings in OTLP/JSON; what looks like a card there becomes an empty value, or stays where OTLP wants a number."""
    digits = CARD.replace(" ", "")
    rewritten = json.loads(out(span_with(f'{{"key":"n","value":{{"intValue":"{digits}"}}}}', startTimeUnixNano=f'"{digits}"')))
    span = rewritten["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    assert span["startTimeUnixNano"] == digits
    assert span["attributes"][0]["value"] == {}


def test_what_comes_out_parses_as_the_message_it_was() -> None:
    message = spans({"a": ADDRESS, "n": 1, "password": PASSWORD, "list": [ADDRESS, 2], "card": int(CARD.replace(" ", ""))})
    rewritten = out(as_json(message))
    for one in ("70717273", "60616263"):
        assert one in rewritten
    stripped: Any = json.loads(rewritten)
    span = stripped["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    del span["traceId"], span["spanId"]
    parsed = Parse(json.dumps(stripped), REQUESTS["traces"]())
    assert [one.key for one in parsed.resource_spans[0].scope_spans[0].spans[0].attributes] == ["a", "n", "password", "list", "card"]


def test_a_body_is_looked_at_and_json_in_it_stays_json() -> None:
    rewritten = json.loads(out(as_json(logs(f'{{"password": "{PASSWORD}", "n": 1.0}}')), "logs"))
    body = rewritten["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["body"]["stringValue"]
    assert body == f'{{"password": "{PASSWORD_MARKER}", "n": 1.0}}'


def test_a_structured_body_is_looked_at_by_name() -> None:
    rewritten = out(as_json(logs({"password": PASSWORD, "inner": {"note": ADDRESS}})), "logs")
    assert PASSWORD not in rewritten
    assert ADDRESS not in rewritten


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("payload", [b"", b"[]", b"null", b'"x"', b"{", b'{"a":1', b'{"a":1}{}', b"\x0a\x00", b'{"a":\xff}', b"{" * 5000])
def test_what_is_no_json_object_is_refused(signal: str, payload: bytes) -> None:
    with pytest.raises(FramingError):
        redacted(f"otlp_json:{signal}", payload)


def test_lists_before_what_was_hit_are_passed_once() -> None:
    """Were the way looked for anew behind each list, this would take minutes."""
    value = {"arrayValue": {"values": [{"stringValue": "v"}]}}
    many: list[dict[str, Any]] = [{"key": f"k{number}", "value": value} for number in range(60_000)]
    span = {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b174",
        "attributes": [*many, {"key": "to", "value": {"stringValue": ADDRESS}}],
    }
    payload = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
    assert redacted("otlp_json:traces", payload).payload == payload.replace(A, EMAIL.encode())
