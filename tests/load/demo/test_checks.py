"""The demo notices a leak in any shape, and whatever else went wrong; it never quotes what leaked."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from load.demo import checks
from load.demo.errors import DemoError
from load.demo.log_file import LogFile
from load.demo.planted import plant
from load.demo.records import Pair, flatten, pair, sent, written

PLANTED = plant(7)
EMAIL = PLANTED.email

SHAPES = {
    "as it is": EMAIL,
    "URL-encoded": f"GET /?email={quote(EMAIL, safe='')}",
    "escaped JSON": json.dumps({"user": EMAIL}).replace("@", "\\u0040"),
    "JSON in JSON": json.dumps({"body": json.dumps({"user": EMAIL}).replace("@", "\\u0040")}),
    "a JSON key": json.dumps({EMAIL: 1}),
    "its first half": EMAIL[: len(EMAIL) // 2],
    "its tail": EMAIL[-16:],
}


@pytest.mark.parametrize("content", SHAPES.values(), ids=SHAPES.keys())
def test_a_leak_is_noticed_and_named_but_not_quoted(content: str) -> None:
    with pytest.raises(DemoError) as caught:
        checks.nothing_came_through({"logs.ndjson": content.encode()}, PLANTED)
    assert str(caught.value) == "LEAK: email is in logs.ndjson"


def test_redacted_output_passes() -> None:
    checks.nothing_came_through({"logs.ndjson": b'{"user":"[REDACTED:email]","n":1}\n\xff\xfe not UTF-8'}, PLANTED)


def test_a_demo_that_did_not_send_a_value_is_at_fault_itself() -> None:
    everything = "\n".join(value for name, value in PLANTED.items() if name != "iban").encode()
    with pytest.raises(DemoError, match="never sent iban"):
        checks.everything_was_sent({"sent": everything}, PLANTED)
    checks.everything_was_sent({"sent": everything + PLANTED.iban.encode()}, PLANTED)


def test_a_changed_token_count_is_refused_and_a_changed_prompt_is_not() -> None:
    before = {"name": "chat", "attributes.gen_ai.usage.input_tokens": "41", "attributes.gen_ai.input.messages": "[1]"}
    redacted = before | {"attributes.gen_ai.input.messages": "[REDACTED:prompt]"}
    assert checks.the_rest_was_kept([Pair("traces", "chat", before, redacted)]) == 2
    with pytest.raises(DemoError, match="input_tokens"):
        checks.the_rest_was_kept([Pair("traces", "chat", before, redacted | {"attributes.gen_ai.usage.input_tokens": "0"})])


def test_a_clean_line_must_come_out_as_it_was_and_none_may_be_lost() -> None:
    assert checks.clean_lines_are_the_same(["a", "b"], ["a", "x"], [True, False]) == 1
    with pytest.raises(DemoError, match="changed entry 1"):
        checks.clean_lines_are_the_same(["a"], ["x"], [True])
    with pytest.raises(DemoError, match="given 2 log entries and printed 1"):
        checks.clean_lines_are_the_same(["a", "b"], ["a"], [True, True])


def test_a_clean_line_lost_on_ingest_is_noticed() -> None:
    log = LogFile(["clean", f"mail from {EMAIL}"], [True, False])
    checks.clean_lines_arrived({"logs.log": b"clean\nmail from [REDACTED:email]\n"}, log)
    with pytest.raises(DemoError, match="entry 1 of the log file"):
        checks.clean_lines_arrived({"logs.log": b"mail from [REDACTED:email]\n"}, log)


def test_a_lost_record_is_noticed() -> None:
    with pytest.raises(DemoError, match="2 traces records were sent and 1 were written"):
        pair("traces", [{"spanId": "01"}, {"spanId": "02"}], [{"spanId": "01"}])
    with pytest.raises(DemoError, match="another identity"):
        pair("traces", [{"spanId": "01"}], [{"spanId": "02"}])


def test_protobuf_and_otlp_json_of_one_span_come_apart_alike() -> None:
    span = {
        "traceId": "0af7651916cd43dd8448eb211c80319c",
        "spanId": "b7ad6b7169203331",
        "name": "GET /",
        "kind": 2,
        "startTimeUnixNano": "1770110046000000001",
        "attributes": [{"key": "http.response.status_code", "value": {"intValue": "200"}}, {"key": "ok", "value": {"boolValue": True}}],
    }
    document = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    from_file = written("traces", [json.dumps(document).encode() + b"\nan ingested line\n"])
    trace_id, span_id = bytes.fromhex(str(span["traceId"])), bytes.fromhex(str(span["spanId"]))
    wire = protobuf_span(trace_id, span_id)
    assert sent("traces", [wire]) == from_file
    assert from_file[0]["attributes.http.response.status_code"] == "200"


def protobuf_span(trace_id: bytes, span_id: bytes) -> bytes:
    """The same span as an ExportTraceServiceRequest, written by hand: a tag, a length, the content (protobuf encoding guide)."""

    def field(number: int, content: bytes) -> bytes:
        return bytes([number << 3 | 2, len(content)]) + content

    status = field(1, b"http.response.status_code") + field(2, b"\x18\xc8\x01")
    ok = field(1, b"ok") + field(2, b"\x10\x01")
    start = b"\x39" + (1770110046000000001).to_bytes(8, "little")
    span = field(1, trace_id) + field(2, span_id) + field(5, b"GET /") + b"\x30\x02" + start + field(9, status) + field(9, ok)
    request = field(2, field(2, span))
    return bytes([1 << 3 | 2, len(request)]) + request


def test_base64_ids_are_read_as_hex() -> None:
    assert list(flatten({"spanId": base64.b64encode(b"\x01\x02").decode()}, "", hex_ids=True)) == [("spanId", "0102")]
