"""Fail closed: what can't be examined is replaced alone, its neighbours go on, and nothing of it is in the report or an exception."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from config.policy import Policy
from config.prompt_catalogue import load_prompt_keys
from detectors.catalogue.email import DETECTOR as EMAIL_DETECTOR
from detectors.model import Anchor, Detector, Span
from detectors.prompt_keys import PromptKeys
from service.redaction.plan import Plan
from service.redaction.report import Redacted
from tests.service.redaction.otlp_requests import REQUESTS, as_json, logs, spans, wire
from tests.service.redaction.planted import ADDRESS, EMAIL, full_plan_of, plan_of, redacted

TRAP = "qzxv"
HIDDEN = "hidden-value-4711"
POISON = f"{HIDDEN} {TRAP} {HIDDEN}"
UNPROCESSABLE = "[REDACTED:unprocessable]"


def explode(text: bytes, at: int) -> Span | None:
    raise RuntimeError(text[:at].decode())


EXPLODING = Detector(
    id="exploding",
    entity="exploding",
    kind="secret",
    anchors=(Anchor(TRAP),),
    verify=explode,
    finds=(f"«{TRAP}»",),
    ignores=("x",),
    reference="made up for this test",
)


@cache
def plan() -> Plan:
    """A plan in which looking at a text that holds the trap raises an exception that quotes it."""
    policy = Policy.model_validate({"detectors": {"off": ["prompt"]}})
    return Plan(policy, (EMAIL_DETECTOR, EXPLODING), PromptKeys(*load_prompt_keys()))


def check_report(rewritten: Redacted, fields: int = 1) -> None:
    assert rewritten.report.unprocessable == {"error": fields}
    assert HIDDEN not in repr((rewritten.report.findings, rewritten.report.unprocessable))
    assert HIDDEN.encode() not in rewritten.payload


def test_in_text_the_line_alone_is_replaced() -> None:
    rewritten = redacted("text", f"one {ADDRESS}\ntwo {POISON}\nthree {ADDRESS}\n", plan())
    assert rewritten.payload.decode() == f"one {EMAIL}\n{UNPROCESSABLE}\nthree {EMAIL}\n"
    check_report(rewritten)


def test_in_text_an_address_on_the_same_line_does_not_leave_either() -> None:
    rewritten = redacted("text", f"{ADDRESS} {POISON} {ADDRESS}\r\nnext\r\n", plan())
    assert ADDRESS.encode() not in rewritten.payload
    assert rewritten.payload.endswith(b"next\r\n")
    check_report(rewritten)


def test_in_ndjson_the_field_alone_is_replaced() -> None:
    payload = "\n".join(json.dumps({"ts": "t", "a": ADDRESS, "b": value, "c": "kept"}) for value in ("x", POISON, ADDRESS)) + "\n"
    rewritten = redacted("ndjson", payload, plan())
    records = [json.loads(line) for line in rewritten.payload.splitlines()]
    assert records[0] == {"ts": "t", "a": EMAIL, "b": "x", "c": "kept"}
    assert records[2] == {"ts": "t", "a": EMAIL, "b": EMAIL, "c": "kept"}
    assert records[1] == {"ts": "t", "a": EMAIL, "b": UNPROCESSABLE, "c": "kept"}
    check_report(rewritten)


def test_in_ndjson_the_record_before_and_after_go_on() -> None:
    payload = "\n".join(json.dumps({"time": 1, "trace_id": "t1", "b": value}) for value in ("x", POISON, ADDRESS)) + "\n"
    rewritten = redacted("ndjson", payload, plan())
    records = [json.loads(line) for line in rewritten.payload.splitlines()]
    assert (records[0]["b"], records[2]["b"]) == ("x", EMAIL)
    assert (records[1]["time"], records[1]["trace_id"]) == (1, "t1")
    check_report(rewritten)


def test_in_otlp_protobuf_the_field_alone_is_replaced() -> None:
    rewritten = redacted("otlp_proto:traces", wire(spans({"a": ADDRESS, "b": POISON, "c": "kept"}, {"d": ADDRESS})), plan())
    assert rewritten.payload == wire(spans({"a": EMAIL, "b": UNPROCESSABLE, "c": "kept"}, {"d": EMAIL}))
    check_report(rewritten)


def test_in_otlp_protobuf_the_spans_before_and_after_go_on_with_ids_and_times_kept() -> None:
    message = spans({"a": ADDRESS}, {"b": POISON}, {"c": ADDRESS})
    rewritten = redacted("otlp_proto:traces", wire(message), plan())
    check_report(rewritten)
    before, after = (one.resource_spans[0].scope_spans[0].spans for one in (message, REQUESTS["traces"].FromString(rewritten.payload)))
    assert [one.attributes[0].value.string_value for one in (after[0], after[2])] == [EMAIL, EMAIL]
    for field in ("trace_id", "span_id", "start_time_unix_nano", "end_time_unix_nano", "kind"):
        assert getattr(after[1], field) == getattr(before[1], field), field


def test_in_otlp_logs_the_body_alone_is_replaced() -> None:
    rewritten = redacted("otlp_proto:logs", wire(logs(ADDRESS, POISON, {"a": ADDRESS})), plan())
    assert rewritten.payload == wire(logs(EMAIL, UNPROCESSABLE, {"a": EMAIL}))
    check_report(rewritten)


@pytest.mark.parametrize("indent", [None, 1])
def test_in_otlp_json_the_field_alone_is_replaced(indent: int | None) -> None:
    rewritten = redacted("otlp_json:traces", as_json(spans({"a": ADDRESS, "b": POISON, "c": "kept"}, {"d": ADDRESS}), indent=indent), plan())
    assert rewritten.payload == as_json(spans({"a": EMAIL, "b": UNPROCESSABLE, "c": "kept"}, {"d": EMAIL}), indent=indent)
    check_report(rewritten)


def test_in_otlp_json_bytes_the_field_alone_is_replaced() -> None:
    rewritten = redacted("otlp_json:traces", as_json(spans({"a": ADDRESS, "b": POISON.encode(), "c": "kept"})), plan())
    assert rewritten.payload == as_json(spans({"a": EMAIL, "b": UNPROCESSABLE.encode(), "c": "kept"}))


@pytest.mark.parametrize(
    ("codec", "make"),
    [
        ("ndjson", lambda name: json.dumps({name: 1, "a": ADDRESS, "c": "kept"}).encode()),
        ("otlp_proto:traces", lambda name: wire(spans({name: 1, "a": ADDRESS, "c": "kept"}))),
        ("otlp_json:traces", lambda name: as_json(spans({name: 1, "a": ADDRESS, "c": "kept"}))),
    ],
)
def test_a_name_that_can_not_be_examined_goes_and_its_neighbours_stay(codec: str, make: Any) -> None:
    rewritten = redacted(codec, make(POISON), plan())
    assert set(rewritten.report.unprocessable) == {"error"}
    assert HIDDEN.encode() not in rewritten.payload
    assert b"kept" in rewritten.payload
    assert ADDRESS.encode() not in rewritten.payload


def test_json_inside_a_string_fails_closed_too() -> None:
    inner = json.dumps({"a": ADDRESS, "b": POISON})
    rewritten = redacted("ndjson", json.dumps({"body": inner, "c": "kept"}), plan())
    after = json.loads(rewritten.payload)
    assert after["c"] == "kept"
    assert HIDDEN not in after["body"]
    assert ADDRESS not in after["body"]
    check_report(rewritten)


def test_what_was_made_unprocessable_stays_as_it_is_when_it_comes_again() -> None:
    for codec, payload in (("text", POISON), ("ndjson", json.dumps({"a": POISON})), ("otlp_proto:logs", wire(logs(POISON)))):
        once = redacted(codec, payload, plan()).payload
        assert redacted(codec, once, plan()).payload == once


def test_too_many_findings_in_a_record_make_the_field_unprocessable_and_the_neighbours_go_on() -> None:
    few = plan_of(limits={"max_findings_per_record": 5})
    many = " ".join(f"u{i}@example.com" for i in range(9))
    rewritten = redacted("ndjson", json.dumps({"a": many, "b": "kept"}) + "\n" + json.dumps({"a": ADDRESS}) + "\n", few)
    first, second = map(json.loads, rewritten.payload.splitlines())
    assert first == {"a": UNPROCESSABLE, "b": "kept"}
    assert second == {"a": EMAIL}
    assert rewritten.report.unprocessable == {"findings": 1}
    rewritten = redacted("text", f"{many}\n{ADDRESS}\n", few)
    assert rewritten.payload.decode() == f"{UNPROCESSABLE}\n{EMAIL}\n"


def test_a_record_larger_than_the_limit_is_unprocessable_and_its_neighbours_go_on() -> None:
    small = plan_of(limits={"max_record_bytes": 1000})
    large = "words and " * 200
    rewritten = redacted("ndjson", json.dumps({"ts": 1, "a": f"{large} {ADDRESS}"}) + "\n" + json.dumps({"a": ADDRESS}) + "\n", small)
    lines = rewritten.payload.splitlines()
    assert ADDRESS.encode() not in rewritten.payload
    assert json.loads(lines[1]) == {"a": EMAIL}
    assert sum(rewritten.report.unprocessable.values()) == 1


@pytest.mark.parametrize("codec", ["text", "ndjson", "json"])
def test_millions_of_hits_in_one_leaf_are_bounded(codec: str) -> None:
    payload = "a@b " * 300_000 if codec == "text" else json.dumps({"a": "a@b " * 300_000, "ts": 1})
    rewritten = redacted(codec, payload, plan_of())
    assert len(rewritten.payload) < 200
    assert UNPROCESSABLE.encode() in rewritten.payload
    assert rewritten.report.unprocessable == {"work": 1}


@pytest.mark.parametrize("codec", ["json", "ndjson", "text"])
@pytest.mark.parametrize("count", [30_000, 300_000])
def test_secrets_beside_millions_of_hits_do_not_leave(codec: str, count: int) -> None:
    """What has more hits than are listed must not be taken for clean."""
    payload = json.dumps({"a": "a@b " * count, "m": ADDRESS, "password": HIDDEN, "z": [ADDRESS]}, indent=1 if codec == "json" else None)
    rewritten = redacted(codec, payload, full_plan_of())
    assert ADDRESS.encode() not in rewritten.payload
    assert HIDDEN.encode() not in rewritten.payload


@pytest.mark.parametrize("codec", ["otlp_proto", "otlp_json"])
def test_millions_of_hits_in_one_attribute_leave_the_others_alone(codec: str) -> None:
    make = wire if codec == "otlp_proto" else as_json
    rewritten = redacted(f"{codec}:traces", make(spans({"a": "a@b " * 300_000, "b": ADDRESS, "c": "kept"})), plan_of())
    assert rewritten.payload == make(spans({"a": UNPROCESSABLE, "b": EMAIL, "c": "kept"}))
    assert rewritten.report.unprocessable == {"work": 1}
