"""Prompts under names that nobody knows, on records about a language model."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from load import otlp
from load.prompts import readable
from service.redaction.plan import UNKNOWN_KEY, Plan
from tests.service.redaction.planted import plan_of, redacted

TEXT = "May Mrs Oduya see her file before Monday?"
LONG = "She asks about the file that was lost in the post. " * 8
SQL = "SELECT id, total FROM orders WHERE customer_id = $1 AND state <> $2 ORDER BY placed_at LIMIT 50 " * 4
MESSAGES: dict[str, object] = {
    "content": [{"role": "user", "content": TEXT}],
    "parts": [{"role": "user", "parts": [{"type": "text", "content": TEXT}]}],
    "text": [{"role": "user", "text": TEXT}],
}
ENCODINGS = ("otlp_proto", "otlp_json")


@cache
def plan(**prompts: Any) -> Plan:
    few = {"off": ["secret", "contact", "financial", "government", "network"], "on": ["email"]}
    return plan_of(detectors=few, prompts=prompts)


def sent(encoding: str, attributes: dict[str, object]) -> tuple[str, bytes]:
    span = otlp.SpanFields("5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174", "chat", 1, 2, attributes)
    if encoding == "otlp_proto":
        return "otlp_proto:traces", otlp.traces_request([otlp.span_message(span)])
    return "otlp_json:traces", otlp.traces_document([json.dumps(otlp.span_object(span)).encode()])


LLM = {"gen_ai.request.model": "gpt-4o", "gen_ai.prompt": "Answer in one word."}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("shape", MESSAGES)
@pytest.mark.parametrize("structured", [False, True], ids=["a string", "structured"])
def test_messages_under_an_unknown_name_go(encoding: str, shape: str, structured: bool) -> None:
    value = MESSAGES[shape] if structured else json.dumps(MESSAGES[shape])
    result = redacted(*sent(encoding, {**LLM, "acme.next.convention": value}), plan())
    left = readable(result.payload)
    assert TEXT not in left
    assert "user" in left
    assert redacted(f"{encoding}:traces", result.payload, plan()).payload == result.payload
    if not structured:
        assert any(detector == UNKNOWN_KEY for detector, _, _ in result.report.findings)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_on_spans_about_anything_else_they_stay(encoding: str) -> None:
    codec, payload = sent(encoding, {"acme.next.convention": "a list of roles and parts", "acme.note": LONG})
    assert redacted(codec, payload, plan(unknown="strict")).payload == payload


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("value", [LONG, SQL, "Traceback (most recent call last):\n" + '  File "/app/ask.py", line 12, in ask\n' * 8])
def test_only_strict_takes_long_texts(encoding: str, value: str) -> None:
    codec, payload = sent(encoding, {**LLM, "acme.note": value, "acme.short": "it was quick"})
    assert value in readable(redacted(codec, payload, plan()).payload)
    strict = redacted(codec, payload, plan(unknown="strict"))
    left = readable(strict.payload)
    assert value not in left
    assert "it was quick" in left
    assert any(detector == UNKNOWN_KEY for detector, _, _ in strict.report.findings)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_is_on_the_keep_list_stays_even_when_it_is_long(encoding: str) -> None:
    kept = "gen_ai.prompt.name"
    assert LONG in readable(redacted(*sent(encoding, {**LLM, kept: LONG}), plan(unknown="strict")).payload)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_nothing_is_counted_as_unknown_where_that_is_off(encoding: str) -> None:
    result = redacted(*sent(encoding, {**LLM, "acme.next": json.dumps(MESSAGES["content"]), "acme.note": LONG}), plan(unknown="off"))
    assert not any(detector == UNKNOWN_KEY for detector, _, _ in result.report.findings)
    assert LONG in readable(result.payload)


def test_lines_about_a_language_model_are_looked_at_alike() -> None:
    record = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi there"}], "acme.next": MESSAGES["text"], "acme.note": LONG}
    result = redacted("ndjson", json.dumps(record), plan())
    after = json.loads(result.payload)
    assert TEXT not in str(after["acme.next"])
    assert after["acme.next"][0]["role"] == "user"
    assert after["acme.note"] == LONG
    assert json.loads(redacted("ndjson", json.dumps(record), plan(unknown="strict")).payload)["acme.note"] != LONG


def test_rules_may_name_it() -> None:
    rule = {"detectors": [UNKNOWN_KEY], "action": "keep"}
    few = {"off": ["secret", "contact", "financial", "government", "network"], "on": ["email"]}
    keeping = plan_of(detectors=few, rules=[rule], prompts={"unknown": "strict"})
    codec, payload = sent("otlp_proto", {**LLM, "acme.note": LONG})
    assert LONG in readable(redacted(codec, payload, keeping).payload)
