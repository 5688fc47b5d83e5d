"""The OTLP protobuf codec, all three signals."""

from __future__ import annotations

from typing import Any

import pytest

from service.errors import FramingError
from service.redaction.codecs.wire import encode_varint, length_delimited
from tests.service.payloads import request
from tests.service.redaction.codec_kit import Case, CodecContract
from tests.service.redaction.otlp_requests import REQUESTS, SIGNALS, logs, spans, wire
from tests.service.redaction.planted import (
    ADDRESS,
    CARD,
    CARD_MARKER,
    EMAIL,
    KEY,
    KEY_MARKER,
    PASSWORD,
    PASSWORD_MARKER,
    redacted,
)

A, E = ADDRESS.encode(), EMAIL.encode()
UNKNOWN_FIELD = 123


def unknown(value: bytes, number: int = UNKNOWN_FIELD) -> bytes:
    return length_delimited(encode_varint(number << 3 | 2), value)


def cases(signal: str) -> tuple[Case, ...]:
    """An unknown field stays at the end of what comes out, where it came."""
    long = "x" * 200 + " "
    return (
        Case("clean", wire(request(signal, "a", "b")), wire(request(signal, "a", "b"))),
        Case("an address", wire(request(signal, f"to {ADDRESS}", "b")), wire(request(signal, f"to {EMAIL}", "b")), (A,)),
        Case("lengths of two bytes", wire(request(signal, long + KEY)), wire(request(signal, long + KEY_MARKER)), (KEY.encode(),)),
        Case("an unknown field", unknown(b"to " + A), unknown(b"to " + E), (A,)),
        Case("an unknown number", b"\xd8\x07\x01" + wire(request(signal, ADDRESS)), b"\xd8\x07\x01" + wire(request(signal, EMAIL)), (A,)),
    )


class TestOtlpProtoTraces(CodecContract):
    codec, joint, cases = "otlp_proto:traces", b"", cases("traces")


class TestOtlpProtoLogs(CodecContract):
    codec, joint, cases = "otlp_proto:logs", b"", cases("logs")


class TestOtlpProtoMetrics(CodecContract):
    codec, joint, cases = "otlp_proto:metrics", b"", cases("metrics")


def out(message: Any, signal: str = "traces") -> Any:
    return REQUESTS[signal].FromString(redacted(f"otlp_proto:{signal}", wire(message)).payload)


def test_a_varint_that_is_longer_than_it_must_be_stays_where_nothing_changes() -> None:
    inner = wire(spans({"note": "fine"}))[2:]
    padded = b"\x0a" + bytes([len(inner) & 0x7F | 0x80, len(inner) >> 7 | 0x80, 0x80, 0x00]) + inner
    payload = padded + wire(spans({"note": ADDRESS}))
    rewritten = redacted("otlp_proto:traces", payload).payload
    assert rewritten == padded + wire(spans({"note": EMAIL}))


def test_every_place_of_a_span_is_looked_at() -> None:
    request = spans({"a": ADDRESS, "list": [1, ADDRESS, {"deep": ADDRESS}], "raw": ADDRESS.encode()}, name=f"GET {ADDRESS}")
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.status.message = ADDRESS
    span.events.add(name=ADDRESS).attributes.add(key="e").value.string_value = ADDRESS
    span.links.add(trace_state="a=b").attributes.add(key="l").value.string_value = ADDRESS
    expected = wire(request).count(A)
    report = redacted("otlp_proto:traces", wire(request))
    assert A not in report.payload
    assert sum(report.report.findings.values()) == expected
    after = REQUESTS["traces"].FromString(report.payload).resource_spans[0].scope_spans[0].spans[0]
    assert (after.name, after.status.message, after.events[0].name) == (f"GET {EMAIL}", EMAIL, EMAIL)
    assert after.attributes[2].value.bytes_value == E
    assert after.attributes[1].value.array_value.values[0].int_value == 1


@pytest.mark.parametrize("name", ["password", "http.request.header.authorization", "user.password", "x-api-key"])
def test_a_name_makes_its_value_sensitive(name: str) -> None:
    after = out(spans({"a": 1, name: PASSWORD, "z": "kept"})).resource_spans[0].scope_spans[0].spans[0]
    values = {one.key: one.value for one in after.attributes}
    assert values[name].string_value.startswith("[REDACTED:")
    assert (values["a"].int_value, values["z"].string_value) == (1, "kept")


def test_a_number_under_a_sensitive_name_becomes_an_empty_value() -> None:
    after = out(spans({"password": 48151623, "card_number": int(CARD.replace(" ", ""))})).resource_spans[0].scope_spans[0].spans[0]
    assert [one.value.WhichOneof("value") for one in after.attributes] == [None, None]


def test_an_address_in_a_name_gives_the_name_a_valid_unique_one() -> None:
    other = ADDRESS.replace("ada", "bob")
    after = out(spans({ADDRESS: "a", other: "b", "redacted_email": "c"})).resource_spans[0].scope_spans[0].spans[0]
    names = [one.key for one in after.attributes]
    assert len(set(names)) == 3
    assert names[2] == "redacted_email"
    assert all(name.startswith("redacted_email") for name in names)
    assert [one.value.string_value for one in after.attributes] == ["a", "b", "c"]


def test_trace_state_keeps_its_own_syntax() -> None:
    """W3C Trace Context allows no ``=`` and no comma in a value, and the marker stays within what a list member takes."""
    after = out(spans({"a": 1}, trace_state=f"vendor={ADDRESS},other=1")).resource_spans[0].scope_spans[0].spans[0]
    assert after.trace_state == "vendor=REDACTED-email,other=1"


def test_a_body_that_is_json_stays_json() -> None:
    after = out(logs(f'{{"password": "{PASSWORD}", "n": 1.0}}'), "logs").resource_logs[0].scope_logs[0].log_records[0]
    assert after.body.string_value == f'{{"password": "{PASSWORD_MARKER}", "n": 1.0}}'


def test_a_card_is_found_wherever_in_a_value_it_stands() -> None:
    for text in (CARD, f"{CARD} was declined", f"paid with {CARD}", CARD.replace(" ", "") + " was declined"):
        after = out(spans({"note": text})).resource_spans[0].scope_spans[0].spans[0]
        assert CARD_MARKER in after.attributes[0].value.string_value, text.replace(CARD, "…")


def test_an_unknown_field_of_a_record_is_looked_at_as_text_and_as_a_message() -> None:
    record = wire(logs("fine"))
    for hidden in (b"to " + A, unknown(b"to " + A, 1), unknown(unknown(A, 2), 1)):
        span = unknown(hidden)
        payload = length_delimited(b"\x0a", length_delimited(b"\x12", length_delimited(b"\x12", span)))
        rewritten = redacted("otlp_proto:logs", record + payload).payload
        assert rewritten.startswith(record)
        assert A not in rewritten
        assert REQUESTS["logs"].FromString(rewritten)


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize(
    "payload", [b"\x0a\x05ab", b"\x0a", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", b"\x0b\x0c", b"\x02\x00", b"{}", b"\xff" * 20]
)
def test_framing_that_does_not_add_up_is_refused_also_where_nothing_was_found(signal: str, payload: bytes) -> None:
    with pytest.raises(FramingError):
        redacted(f"otlp_proto:{signal}", payload)


def test_a_truncated_request_is_refused_and_the_error_holds_nothing_of_it() -> None:
    whole = wire(spans({"note": f"to {ADDRESS}"}))
    for cut in range(1, len(whole)):
        with pytest.raises(FramingError) as refused:
            redacted("otlp_proto:traces", whole[:cut])
        assert ADDRESS[:8] not in str(refused.value)


def test_records_are_counted_also_in_clean_payloads() -> None:
    report = redacted("otlp_proto:traces", wire(spans({"a": 1}, {"b": ADDRESS}, {"c": 2}))).report
    assert (report.records, report.touched) == (3, 1)
    assert report.findings == {("email", "replace", "attribute"): 1}
