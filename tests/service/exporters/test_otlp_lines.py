"""OTLP is written as OTLP/JSON lines, as the Collector writes them; everything else as the lines it is."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from service.errors import FramingError
from service.exporters.otlp_lines import lines
from tests.service.payloads import SIGNALS, SPAN_ID, TRACE_ID, request

HEX_KEYS = {"traceId", "spanId", "parentSpanId"}


def reference(message: Any) -> Any:
    """protobuf's own JSON mapping, with what OTLP does differently applied to it."""

    def hexed(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: base64.b64decode(value).hex() if key in HEX_KEYS else hexed(value) for key, value in node.items()}
        return [hexed(item) for item in node] if isinstance(node, list) else node

    return hexed(json_format.MessageToDict(message, use_integers_for_enums=True))


@pytest.mark.parametrize("signal", SIGNALS)
def test_each_signal_is_written_on_one_line_as_the_specification_says(signal: str) -> None:
    message = request(signal, "one", "two\nlines", "")
    line = lines(f"otlp_proto:{signal}", message.SerializeToString())
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert json.loads(line) == reference(message)


def test_ids_are_hex_enums_numbers_and_large_integers_text() -> None:
    line = json.loads(lines("otlp_proto:traces", request("traces", "x").SerializeToString()))
    span = line["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    assert (span["traceId"], span["spanId"], span["kind"], span["startTimeUnixNano"]) == (TRACE_ID.hex(), SPAN_ID.hex(), 2, "1")


any_value = st.recursive(
    st.one_of(
        st.builds(lambda v: ("string_value", v), st.text(max_size=20)),
        st.builds(lambda v: ("bool_value", v), st.booleans()),
        st.builds(lambda v: ("int_value", v), st.integers(-(2**63), 2**63 - 1)),
        st.builds(lambda v: ("double_value", v), st.floats(width=32)),
        st.builds(lambda v: ("bytes_value", v), st.binary(max_size=20)),
    ),
    lambda inner: st.one_of(
        st.builds(lambda v: ("array_value", v), st.lists(inner, max_size=3)),
        st.builds(lambda v: ("kvlist_value", v), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    ),
    max_leaves=6,
)


def fill(value: Any, kind: str, content: Any) -> None:
    if kind == "array_value":
        value.array_value.SetInParent()
        for item in content:
            fill(value.array_value.values.add(), *item)
    elif kind == "kvlist_value":
        value.kvlist_value.SetInParent()
        for key, item in content.items():
            fill(value.kvlist_value.values.add(key=key).value, *item)
    else:
        setattr(value, kind, content)


@settings(deadline=None)
@given(st.lists(any_value, max_size=4))
def test_every_value_there_can_be_is_written_as_protobuf_s_own_mapping_writes_it(values: list[tuple[str, Any]]) -> None:
    message = ExportTraceServiceRequest()
    span = message.resource_spans.add().scope_spans.add().spans.add(name="n")
    for kind, content in values:
        fill(span.attributes.add(key="k").value, kind, content)
    assert json.loads(lines("otlp_proto:traces", message.SerializeToString())) == reference(message)


@pytest.mark.parametrize(("value", "written"), [(math.nan, "NaN"), (math.inf, "Infinity"), (-math.inf, "-Infinity"), (0.5, 0.5)])
def test_numbers_that_json_does_not_have_are_text(value: float, written: object) -> None:
    message = request("metrics", "x")
    message.resource_metrics[0].scope_metrics[0].metrics[0].gauge.data_points[0].as_double = value
    line = json.loads(lines("otlp_proto:metrics", message.SerializeToString()))
    assert line["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["gauge"]["dataPoints"][0]["asDouble"] == written


def test_invalid_utf8_is_written_with_replacement_characters() -> None:
    payload = request("logs", "abcd").SerializeToString().replace(b"abcd", b"a\xff\xfed")
    body = json.loads(lines("otlp_proto:logs", payload))["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["body"]
    assert body == {"stringValue": "a\ufffd\ufffdd"}


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_become_a_line_or_a_framing_error(payload: bytes) -> None:
    try:
        line = lines("otlp_proto:traces", payload)
    except FramingError:
        return
    assert line == b"" if not payload else json.loads(line) is not None


def test_a_message_too_deep_to_be_written_is_refused_and_not_retried_for_ever() -> None:
    leaf = b"\x0a\x01x"
    for _ in range(500):
        leaf = b"\x2a" + _varint(len(leaf) + len(_varint(len(leaf))) + 1) + b"\x0a" + _varint(len(leaf)) + leaf
    payload = _field(1, _field(2, _field(2, _field(5, leaf))))
    with pytest.raises(FramingError):
        lines("otlp_proto:logs", payload)


def _varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


@pytest.mark.parametrize(
    ("codec", "payload", "written"),
    [
        ("text", b"a\r\nb", b"a\r\nb\n"),
        ("ndjson", b'{"a": 1}\nnot json\n', b'{"a": 1}\nnot json\n'),
        ("json", b'{\n  "a": 1.0\n}', b'{   "a": 1.0 }\n'),
        ("json", b' [{"a": 1},\n {"b":\n 2}, 3] ', b'{"a": 1}\n{"b":  2}\n3\n'),
        ("json", b'[{"cut": ', b'[{"cut": \n'),
        ("otlp_json:logs", b'{\r\n"resourceLogs":[]}\n', b'{  "resourceLogs":[]}\n'),
        ("text", b"", b""),
        ("otlp_proto:logs", b"", b""),
    ],
)
def test_other_payloads_become_whole_lines_and_nothing_else_of_them_changes(codec: str, payload: bytes, written: bytes) -> None:
    assert lines(codec, payload) == written
