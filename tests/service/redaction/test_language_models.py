"""Documents about language models: prompts go, their shape stays, and everything beside them is looked at like any other leaf."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.service.redaction.otlp_requests import as_json, logs, spans, value_of, wire
from tests.service.redaction.planted import ADDRESS, CARD, KEY, PASSWORD, full_plan_of, out, redacted

QUESTION = "Is Ida Brand well again?"
MARKER = f"[REDACTED:prompt;chars={len(QUESTION)}]"
KEEPING = full_plan_of(prompts={"mode": "keep"})


def test_content_goes_and_the_shape_a_consumer_reads_stays() -> None:
    before = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "gpt-4o",
        "messages": [{"role": "system", "content": QUESTION}, {"role": "user", "content": [{"type": "text", "text": QUESTION}]}],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": QUESTION}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 17, "completion_tokens": 4, "total_tokens": 21},
        "temperature": 0.2,
        "stream": False,
    }
    assert json.loads(out("ndjson", json.dumps(before))) == json.loads(json.dumps(before).replace(QUESTION, MARKER))


def test_tool_arguments_stay_json_and_their_values_go() -> None:
    arguments = json.dumps({"to": QUESTION, "count": 4711, "nested": {"a": [QUESTION]}})
    call = {"id": "call_1", "type": "function", "function": {"name": "send", "arguments": arguments}}
    after = json.loads(out("ndjson", json.dumps({"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]}]})))
    function = after["messages"][0]["tool_calls"][0]["function"]
    assert function["name"] == "send"
    assert json.loads(function["arguments"]) == {"to": MARKER, "count": None, "nested": {"a": [MARKER]}}


@pytest.mark.parametrize("where", ["user", "metadata", "tags", "deep"])
def test_what_stands_beside_a_prompt_is_looked_at_like_any_other_leaf(where: str) -> None:
    digits = int(CARD.replace(" ", ""))
    beside: dict[str, dict[str, object]] = {
        "user": {"user": ADDRESS},
        "metadata": {"metadata": {"password": PASSWORD, ADDRESS: 1, "number": digits, "key": KEY}},
        "tags": {"tags": [ADDRESS, KEY, digits]},
        "deep": {"headers": {"authorization": f"Bearer {KEY[10:60]}", "list": [[{"m": ADDRESS, "n": digits}]]}},
    }
    rewritten = out("ndjson", json.dumps({"model": "m", "messages": [{"role": "user", "content": QUESTION}], **beside[where]}))
    json.loads(rewritten)
    for secret in (ADDRESS, KEY, PASSWORD, str(digits), QUESTION, KEY[10:60]):
        assert secret not in rewritten, where


def test_names_inside_prompt_content_are_looked_at() -> None:
    for codec, make in (("otlp_proto", wire), ("otlp_json", as_json)):
        message = spans({"gen_ai.input.messages": [{ADDRESS: "x", "content": QUESTION, "deep": {ADDRESS: 1}}]})
        rewritten = redacted(f"{codec}:traces", make(message)).payload
        assert ADDRESS.encode() not in rewritten, codec
        assert QUESTION.encode() not in rewritten, codec


def test_prompts_that_are_let_through_are_looked_at_at_every_depth() -> None:
    inner = json.dumps({"to": ADDRESS, "password": PASSWORD})
    messages = [{"role": "user", "content": f"mail {ADDRESS}"}, {"role": "tool", "content": inner}]
    rewritten = out("ndjson", json.dumps({"model": "m", "messages": messages}), KEEPING)
    assert ADDRESS not in rewritten
    assert PASSWORD not in rewritten
    assert json.loads(rewritten)["messages"][0]["content"] == "mail [REDACTED:email]"


@pytest.mark.parametrize("codec", ["otlp_proto", "otlp_json"])
def test_prompts_that_are_let_through_are_looked_at_in_otlp(codec: str) -> None:
    make = wire if codec == "otlp_proto" else as_json
    attributes: dict[str, object] = {
        "gen_ai.prompt": f"mail {ADDRESS}",
        "gen_ai.input.messages": [{"role": "user", "content": f"mail {ADDRESS}", "raw": ADDRESS.encode(), ADDRESS: "x"}],
        "gen_ai.output.messages": json.dumps([{"role": "assistant", "content": ADDRESS, "password": PASSWORD}]),
    }
    rewritten = redacted(f"{codec}:traces", make(spans(attributes)), KEEPING).payload
    for secret in (ADDRESS.encode(), PASSWORD.encode(), base64.b64encode(ADDRESS.encode())):
        assert secret not in rewritten
    body = redacted(f"{codec}:logs", make(logs({"messages": [{"content": f"mail {ADDRESS}"}]})), KEEPING).payload
    assert ADDRESS.encode() not in body


@pytest.mark.parametrize("name", ["password", "gen_ai.prompt"])
def test_otlp_json_in_snake_case_is_read_too(name: str) -> None:
    """Protobuf's JSON mapping lets parsers take the original field names, and the Collector's does (pdata's JSON unmarshaller)."""
    attribute = f'{{"key":"{name}","value":{{"string_value":"{QUESTION}"}}}}'
    payload = f'{{"resource_spans":[{{"scope_spans":[{{"spans":[{{"trace_id":"{"7a" * 16}","attributes":[{attribute}]}}]}}]}}]}}'
    rewritten = out("otlp_json:traces", payload)
    json.loads(rewritten)
    assert QUESTION not in rewritten


def test_a_prompt_that_is_structured_keeps_its_types_in_protobuf() -> None:
    before = spans({"gen_ai.input.messages": [{"role": "user", "content": QUESTION, "n": 1, "ok": True}], "gen_ai.request.model": "m"})
    after = spans({"gen_ai.input.messages": [{"role": "user", "content": MARKER, "n": 1, "ok": True}], "gen_ai.request.model": "m"})
    assert redacted("otlp_proto:traces", wire(before)).payload == wire(after)
    assert redacted("otlp_json:traces", as_json(before)).payload == as_json(after)


MESSAGE: dict[str, object] = {"role": "user", "content": QUESTION}
PARTS: dict[str, object] = {"role": "user", "parts": [{"type": "text", "content": QUESTION}]}
CARRIERS: dict[str, object] = {
    "gen_ai.prompt.0.content": QUESTION,
    "gen_ai.completion.3.content": QUESTION,
    "llm.input_messages.0.message.content": QUESTION,
    "gen_ai.input.messages": [PARTS],
    "acme.list": [MESSAGE],
    "acme.map": MESSAGE,
    "acme.parts": [PARTS],
    "acme.below": {"a": {"b": [MESSAGE]}},
    "acme.text": json.dumps([MESSAGE]),
    "acme.texts": [json.dumps(MESSAGE)],
    "acme.bytes": json.dumps([PARTS]).encode(),
}
PRINTED: dict[str, Callable[[Any], bytes]] = {
    "otlp_proto": wire,
    "otlp_json": as_json,
    "otlp_json, indented": lambda request: as_json(request, indent=2),
}


@pytest.mark.parametrize("printed", PRINTED)
@pytest.mark.parametrize("name", CARRIERS)
@pytest.mark.parametrize("on_event", [False, True], ids=["span", "event"])
def test_messages_go_under_any_name_and_as_any_type_on_spans_about_a_language_model(printed: str, name: str, on_event: bool) -> None:
    attributes: dict[str, object] = {"gen_ai.request.model": "gpt-4o", "gen_ai.provider.name": "openai"}
    request = spans(attributes if on_event else {**attributes, name: CARRIERS[name]})
    if on_event:
        event = request.resource_spans[0].scope_spans[0].spans[0].events.add(name="e")
        event.attributes.add(key=name).value.CopyFrom(value_of(CARRIERS[name]))
    after = redacted(f"{printed.partition(',')[0]}:traces", PRINTED[printed](request)).payload
    for form in (QUESTION.encode(), base64.b64encode(QUESTION.encode())[:28], base64.b64encode(b"." + QUESTION.encode())[4:28]):
        assert form not in after
    assert b"gpt-4o" in after


@pytest.mark.parametrize("codec", ["otlp_proto", "otlp_json"])
@pytest.mark.parametrize("body", [QUESTION, {"role": "user", "content": QUESTION}], ids=["text", "map"])
@pytest.mark.parametrize("event", ["gen_ai.user.message", "gen_ai.choice", "gen_ai.content.prompt"])
def test_the_body_of_a_prompt_event_is_a_prompt(codec: str, body: object, event: str) -> None:
    """Log events of the GenAI conventions say by their name that their body is content."""
    make = wire if codec == "otlp_proto" else as_json
    message = logs(body)
    record = message.resource_logs[0].scope_logs[0].log_records[0]
    record.event_name = event
    record.attributes.add(key="gen_ai.system").value.string_value = "openai"
    rewritten = redacted(f"{codec}:logs", make(message)).payload
    assert QUESTION.encode() not in rewritten
    assert event.encode() in rewritten
