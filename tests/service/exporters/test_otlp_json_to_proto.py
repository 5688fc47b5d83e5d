"""OTLP/JSON becomes the protobuf that says the same; what isn't OTLP/JSON is refused without being quoted."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from service.errors import FramingError
from service.exporters.otlp_json_to_proto import to_protobuf
from service.exporters.otlp_lines import lines
from tests.service.payloads import JSON, PROTOBUF, SIGNALS, SPAN_ID, TRACE_ID, encoded, request


@pytest.mark.parametrize("signal", SIGNALS)
def test_each_signal_is_the_same_in_both_encodings(signal: str) -> None:
    assert to_protobuf(signal, encoded(signal, JSON, "one", "zwei ü")) == encoded(signal, PROTOBUF, "one", "zwei ü")


@pytest.mark.parametrize("signal", SIGNALS)
def test_what_this_service_writes_as_json_it_reads_as_the_same(signal: str) -> None:
    payload = request(signal, "one", "two\nlines", "").SerializeToString()
    assert to_protobuf(signal, lines(f"otlp_proto:{signal}", payload)) == payload


def spans(**span: object) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()


def test_ids_are_hex_wherever_they_are_in_either_case() -> None:
    links = [{"traceId": TRACE_ID.hex().upper(), "spanId": SPAN_ID.hex().upper()}]
    message = ExportTraceServiceRequest()
    message.ParseFromString(to_protobuf("traces", spans(traceId=TRACE_ID.hex(), parentSpanId=SPAN_ID.hex(), spanId="", links=links)))
    span = message.resource_spans[0].scope_spans[0].spans[0]
    assert (span.trace_id, span.parent_span_id, span.span_id) == (TRACE_ID, SPAN_ID, b"")
    assert (span.links[0].trace_id, span.links[0].span_id) == (TRACE_ID, SPAN_ID)


def test_an_attribute_called_like_an_id_is_an_attribute() -> None:
    attribute = {"key": "traceId", "value": {"stringValue": "not hex"}}
    message = ExportTraceServiceRequest()
    message.ParseFromString(to_protobuf("traces", spans(attributes=[attribute])))
    assert message.resource_spans[0].scope_spans[0].spans[0].attributes[0].value.string_value == "not hex"


BYTES = b"\xfb\xff?\x00token"
STANDARD = base64.b64encode(BYTES).decode()
URL = base64.urlsafe_b64encode(BYTES).decode()


SHORT = [("QQ==", b"A"), ("QQ", b"A"), ("QUI=", b"AB")]


def attribute(value: object, member: str = "bytesValue") -> bytes:
    return spans(attributes=[{"key": "k", "value": {member: value}}])


@pytest.mark.parametrize("member", ["bytesValue", "bytes_value"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (STANDARD, BYTES),
        (URL, BYTES),
        (STANDARD.rstrip("="), BYTES),
        (URL.rstrip("="), BYTES),
        ("", b""),
        ("QQ==", b"A"),
        ("QQ", b"A"),
        ("QUI=", b"AB"),
    ],
)
def test_bytes_are_base64_of_either_alphabet_padded_or_not(text: str, expected: bytes, member: str) -> None:
    message = ExportTraceServiceRequest()
    message.ParseFromString(to_protobuf("traces", attribute(text, member)))
    assert message.resource_spans[0].scope_spans[0].spans[0].attributes[0].value.bytes_value == expected


@pytest.mark.parametrize("member", ["bytesValue", "bytes_value"])
@pytest.mark.parametrize(
    "text",
    [
        *("*" + STANDARD, STANDARD + "\n", STANDARD + "=", "+_8="),
        *(STANDARD[:4] + junk + STANDARD[4:] for junk in ("!", " ", "\n", "=", "==")),
        *("QQ=", "Q", "QQQQQ", "QR==", "QUJ=", "=", "==", "QUJD=", "ü"),
        *(7, True, ["QQ=="], {}),
    ],
)
def test_bytes_that_might_be_read_in_two_ways_are_refused(text: object, member: str) -> None:
    with pytest.raises(FramingError):
        to_protobuf("traces", attribute(text, member))


@pytest.mark.parametrize("name", ["traceId", "trace_id", "spanId", "span_id", "parentSpanId", "parent_span_id"])
def test_an_id_has_its_full_length_or_none(name: str) -> None:
    full = TRACE_ID if name.startswith("trace") else SPAN_ID
    for good in (full.hex(), full.hex().upper(), "", None):
        to_protobuf("traces", spans(**{name: good}))
    wrong: list[object] = [
        full.hex() * 2,
        full.hex()[:-2],
        full.hex()[:-1],
        full.hex(" "),
        full.hex() + "\n",
        full.hex()[:-1] + "g",
        "\u0661" * len(full) * 2,
    ]
    for bad in (*wrong, 7, 0, False, []):
        with pytest.raises(FramingError):
            to_protobuf("traces", spans(**{name: bad}))


def test_unknown_members_are_ignored_numbers_may_be_text_and_enums_are_numbers() -> None:
    message = ExportTraceServiceRequest()
    message.ParseFromString(to_protobuf("traces", spans(new={"a": [1]}, kind=3, startTimeUnixNano="18446744073709551615", endTimeUnixNano=5)))
    span = message.resource_spans[0].scope_spans[0].spans[0]
    assert (span.kind, span.start_time_unix_nano, span.end_time_unix_nano) == (3, 2**64 - 1, 5)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b'"sekret"',
        b'{"resourceSpans":"sekret"}',
        spans(traceId="sekret"),
        spans(traceId="abc"),
        spans(startTimeUnixNano="sekret"),
        spans(name={"sekret": 1}),
        b'{"resourceSpans":' * 500 + b"1" + b"}" * 500,
    ],
)
def test_what_is_no_otlp_json_is_refused_and_not_quoted(payload: bytes) -> None:
    with pytest.raises(FramingError) as refusal:
        to_protobuf("traces", payload)
    assert "sekret" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["resourceSpans", "scopeSpans", "spans", "traceId", "name", "attributes", "key", "value", "x"]), inner)
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_document_is_converted_or_refused(document: object) -> None:
    try:
        to_protobuf("traces", json.dumps(document).encode())
    except FramingError:
        pass
