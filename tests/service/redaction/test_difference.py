"""Two policies are compared in numbers: right ones, bounded ones, and with nothing of any value in them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.policy import Policy
from service.redaction.compilation import compile_plan
from service.redaction.difference import MAX_FIELDS, MAX_TENANTS, Difference
from service.redaction.difference_fields import KEPT, Distinct, Names
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan

FEW = {"off": ["secret", "government"]}
"""So that a plan compiles in a moment."""


@cache
def plan(name: str) -> Plan:
    policies: dict[str, dict[str, Any]] = {
        "lenient": {"prompts": {"mode": "keep"}},
        "replacing": {},
        "dropping": {"rules": [{"detectors": ["email"], "action": "drop"}]},
        "masking": {"rules": [{"detectors": ["prompt"], "where": {"keys": ["content"]}, "action": "drop"}]},
        "observing": {"mode": "observe"},
    }
    return compile_plan(Policy.model_validate({"name": name, "detectors": FEW, **policies[name]}))


def difference(first: str, second: str) -> Difference:
    return Difference(plan(first), plan(second))


def lines(*records: object) -> bytes:
    return "\n".join(map(json.dumps, records)).encode()


def data_of(made: Difference) -> dict[str, Any]:
    return json.loads(json.dumps(made.as_data()))  # type: ignore[no-any-return]  # what JSON gives


def fields(made: Difference) -> dict[str, dict[str, Any]]:
    return {row["field"]: row for row in data_of(made)["fields"]}


def test_a_dropped_field_loses_its_type_and_its_values() -> None:
    made = difference("replacing", "dropping")
    made.compare("ndjson", lines(*({"user": {"email": f"u{i}@example.com"}, "n": i} for i in range(20))))
    row = fields(made)["user.email"]
    assert row["values"] == 20
    assert row["changed"] == {"a": 20, "b": 20}
    assert row["distinct"] == {"before": 20, "a": 1, "b": 0}
    assert row["types"] == {"before": {"string": 20}, "a": {"string": 20}, "b": {}}
    assert row["type_differs"]
    assert row["cardinality_differs"]
    assert list(fields(made)) == ["user.email"]
    assert data_of(made)["detectors"] == [{"detector": "email", "a": {"replace": 20}, "b": {"drop": 20}}]


def test_a_policy_that_observes_counts_the_same_and_changes_nothing() -> None:
    payload = lines({"m": "mail jo@example.com"}, {"m": "fine"})
    assert rewrite("ndjson", payload, plan("observing")).payload is payload
    made = difference("observing", "replacing")
    made.compare("ndjson", payload)
    assert data_of(made)["detectors"] == [{"detector": "email", "a": {"observe": 1}, "b": {"replace": 1}}]
    sides = data_of(made)["policies"]
    assert [(sides[side]["records_changed"], sides[side]["records_dropped"]) for side in ("a", "b")] == [(0, 0), (1, 0)]
    assert fields(made)["m"]["changed"] == {"a": 0, "b": 1}


def test_a_clean_payload_differs_in_nothing() -> None:
    made = difference("replacing", "dropping")
    made.compare("text", b"GET /health 200\nGET /ready 200\n")
    assert data_of(made)["fields"] == []
    assert data_of(made)["detectors"] == []


@pytest.mark.parametrize(("first", "second"), [("masking", "lenient"), ("lenient", "masking"), ("masking", "masking")])
def test_names_inside_what_is_redacted_are_not_shown(first: str, second: str) -> None:
    secret = "pin-is-" + "rosebud"
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": json.dumps({secret: "what is my pin, please?"})}]}
    made = difference(first, second)
    made.compare("ndjson", lines(body, {"jo@example.com": {"x": "a@example.com"}}))
    text = json.dumps(made.as_data())
    assert "example.com" not in text
    assert secret not in text


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(["user", "msg", "to"]), st.text("abcxyz", min_size=6, max_size=12), min_size=1), min_size=1, max_size=8)
)
def test_no_value_is_told(records: list[dict[str, str]]) -> None:
    made = difference("replacing", "dropping")
    made.compare("ndjson", lines(*({key: f"{value}@example.com" for key, value in record.items()} for record in records)))
    text = json.dumps(made.as_data())
    assert not any(value in text for record in records for value in record.values())
    assert data_of(made)["records"] == len(records)
    assert data_of(made)["detectors"][0]["a"]["replace"] == sum(map(len, records))


def test_tables_are_bounded_whatever_comes() -> None:
    made = difference("replacing", "dropping")
    record = {f"k{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}x": "jo@example.com" for i in range(MAX_FIELDS + 50)}
    payload = lines(record)
    first, second = (rewrite("ndjson", payload, plan(name)) for name in ("replacing", "dropping"))
    for i in range(MAX_TENANTS + 20):
        made.add("ndjson", payload, first, second, f"tenant-{chr(97 + i % 26)}{chr(97 + i // 26)}")
    data = data_of(made)
    assert len(data["fields"]) <= MAX_FIELDS + 1
    assert len(data["tenants"]) <= MAX_TENANTS + 1
    assert {row["tenant"]: row["records"] for row in data["tenants"]}["other"] == 20
    assert sum(row["values"] for row in data["fields"]) == len(record) * (MAX_TENANTS + 20)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"user.email", "user.email"),
        (b"gen_ai.prompt.0.content", "gen_ai.prompt.{id}.content"),
        (b"users.3f2b8c1e-9a7d-4c1b-8e2f-1a2b3c4d5e6f.name", "users.{id}.name"),
        (b"by.jo@example.com.count", "[REDACTED:email]"),
        (b"http.2xx.p99", "http.2xx.p99"),
        (b"a\x00\xff<b>", "a___b_"),
    ],
)
def test_names_are_shown_without_what_is_data_in_them(name: bytes, shown: str) -> None:
    cleaned = Names((plan("replacing"), plan("lenient"))).clean(name)
    assert cleaned == shown


@pytest.mark.parametrize("count", [0, 1, KEPT, 10 * KEPT, 200 * KEPT])
def test_distinct_values_are_counted_exactly_while_few_and_nearly_when_many(count: int) -> None:
    made, again = Distinct(), Distinct()
    hashes = [(i * 0x9E3779B97F4A7C15 + 0x1234567) % (1 << 64) for i in range(count)]
    made.add(hashes)
    again.add(reversed(hashes + hashes))
    assert made.estimate() == again.estimate()
    assert abs(made.estimate() - count) <= (0 if count <= KEPT else 0.25 * count)
