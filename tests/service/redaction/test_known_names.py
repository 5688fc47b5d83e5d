"""Known names: values of name fields go, and are found again in free text; structure and other people's words stay."""

from __future__ import annotations

import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.policy import Policy
from service.errors import ConfigError
from service.redaction.compilation import compile_plan
from service.redaction.known_names import MAX_NAMES
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan
from service.redaction.report import Redacted
from tests.service.redaction.otlp_requests import REQUESTS, as_json, logs, spans, wire

P = "[REDACTED:person]"
KEY = "a key of 16 bytes"


@cache
def plan(names: str = "{}", rules: str = "[]", off: str = "") -> Plan:
    switches = {"off": ["secret", "contact" if off else "financial", *off.split()]} if off else {}
    hashes = {"keys": [{"id": "k1", "key": KEY}]}
    return compile_plan(Policy.model_validate({"names": json.loads(names), "rules": json.loads(rules), "detectors": switches, "hash": hashes}))


def out(codec: str, payload: str, using: Plan | None = None) -> str:
    return rewrite(codec, payload.encode(), using or plan()).payload.decode()


def again(name: str, text: str, using: Plan | None = None, **fields: str) -> str:
    """What becomes of ``text`` in a record in which somebody is called ``name``."""
    record = {"user.name": name, "message": text, **fields}
    return str(json.loads(out("ndjson", json.dumps(record, ensure_ascii=False), using))["message"])


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Ada Lovelace", "login of Ada Lovelace failed", f"login of {P} failed"),
        ("Ada Lovelace", "LOGIN OF ADA LOVELACE", f"LOGIN OF {P}"),
        ("Ada Lovelace", "for ada lovelace.", f"for {P}."),
        ("Ada Lovelace", "Mrs. Lovelace's order (Lovelace, Ada)", f"Mrs. {P}'s order ({P}, Ada)"),
        ("Jörg Müller", "Grüße an Müller und Jörg", f"Grüße an {P} und {P}"),
        ("Zoe\u0308 Lind", "to Zo\u00eb Lind now", f"to {P} now"),
        ("Anne-Marie Quist", "Marie Quist or Anne-Marie", f"{P} {P} or {P}"),
        ("jsmith42", "user jsmith42 logged in", f"user {P} logged in"),
        ("王小明明", "订单 王小明明 已", f"订单 {P} 已"),
    ],
)
def test_a_name_and_its_parts_are_found_again(name: str, text: str, expected: str) -> None:
    assert again(name, text) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("error", "an error, error: Error ERROR"),
        ("Test User", "test of the user Test User?".replace("Test User", "x")),
        ("May Long", "May was long, Long ago"),
        ("Ada Lovelace", "lovelace lower case part"),
        ("Ada Lovelace", "Adam and Lovelacean and xLovelace"),
        ("Ada Lovelace", "com.Lovelace.Main, Lovelace.example.com, Lovelace-api, a@Lovelace"),
        ("Ada Lovelace", "Lovelace=3"),
        ("Ada Lovelace", "see http://Lovelace:80/ and https://Lovelace/x"),
        ("12345", "order 12345"),
        ("Bo Ek", "Bo said Ek"),
        ("reset 2", "reset 2"),
    ],
)
def test_what_only_looks_like_the_name_stays(name: str, text: str) -> None:
    expected = text.replace("reset 2", P) if name == "reset 2" else text
    assert again(name, text) == expected


@pytest.mark.parametrize("field", ["level", "service.name", "trace_id", "host", "http.method", "k8s.pod.name", "k8s.namespace.name", "orderId"])
def test_fields_of_structure_stay(field: str) -> None:
    record = {"user.name": "Checkout Worker", field: "Checkout Worker"}
    assert json.loads(out("ndjson", json.dumps(record)))[field] == "Checkout Worker"


def test_a_value_that_is_a_single_word_may_be_one_of_a_fixed_set() -> None:
    record = {"user.name": "Ada Lovelace", "state": "Lovelace", "note": "Ada Lovelace"}
    assert json.loads(out("ndjson", json.dumps(record))) == {"user.name": P, "state": "Lovelace", "note": P}


@pytest.mark.parametrize("value", ["root", "admin", "anonymous", "[REDACTED:email]", "-", "****", "1234"])
def test_a_value_that_names_nobody_stays(value: str) -> None:
    line = json.dumps({"user.name": value, "message": "root admin anonymous 1234"})
    assert out("ndjson", line) == line


def test_names_stay_within_their_record_or_trace() -> None:
    def line(trace: str, **fields: str) -> str:
        return json.dumps({**({"trace_id": trace} if trace else {}), **fields})

    first, second = "ab" * 16, "cd" * 16
    lines = [line(first, customer="Ada Lovelace"), line(first, msg="by Lovelace"), line(second, msg="by Lovelace"), line("", msg="by Lovelace")]
    found = [row.get("msg") for row in map(json.loads, out("ndjson", "\n".join(lines)).splitlines())]
    assert found == [None, f"by {P}", "by Lovelace", "by Lovelace"]
    alone = out("ndjson", "\n".join(lines), plan('{"within": "record"}'))
    assert alone.count("by Lovelace") == 3


def test_fields_are_globs_over_paths_in_any_form() -> None:
    using = plan('{"fields": ["*_person", "owner.name"]}')
    record = {
        "x": {"owner": {"name": "Ada Lovelace"}},
        "in": json.dumps({"the_person": "Grace Hopper"}),
        "message": "Lovelace met Hopper and Ada Lovelace",
    }
    found = json.loads(out("ndjson", json.dumps(record), using))
    assert found["message"] == f"{P} met {P} and {P}"
    assert json.loads(found["in"]) == {"the_person": P}
    escaped = r'{"owner.n\u0061me":"Ada Lovelace"}'
    assert P in out("ndjson", escaped, using)


def test_pairs_in_plain_text_are_name_fields() -> None:
    assert out("text", 'a user.name="Ada Lovelace" by Ada Lovelace\n') == f'a user.name="{P}" by {P}\n'


@pytest.mark.parametrize("form", ["otlp_proto", "otlp_json"])
def test_otlp_attributes_count_and_a_resource_speaks_for_its_records(form: str) -> None:
    request = logs("by Lovelace", "no one")
    request.resource_logs[0].resource.attributes.add(key="enduser.name").value.string_value = "Ada Lovelace"
    other = request.resource_logs.add().scope_logs.add().log_records.add()
    other.body.string_value = "by Lovelace"
    payload = wire(request) if form == "otlp_proto" else as_json(request)
    changed = rewrite(f"{form}:logs", payload, plan()).payload
    wanted = payload.decode("latin-1").count("by Lovelace") - 1
    assert changed.count(b"by Lovelace") == wanted
    assert b"Ada Lovelace" not in changed
    if form == "otlp_proto":
        REQUESTS["logs"].FromString(changed)


def test_rules_decide_about_names_as_about_anything_else() -> None:
    def ruled(action: object, **extra: object) -> Plan:
        return plan(rules=json.dumps([{"detectors": ["known_name"], "action": action, **extra}]))

    line = json.dumps({"user.name": "Ada Lovelace", "message": "by Ada Lovelace"})
    hashed = json.loads(out("ndjson", line, ruled("hash")))
    assert hashed["user.name"].startswith("[person:k1:")
    assert hashed["message"] == "by " + hashed["user.name"]
    assert json.loads(out("ndjson", line, ruled({"type": "mask", "keep": 2})))["user.name"] == "*" * 10 + "ce"
    assert out("ndjson", line, ruled("drop")) == "{}"
    assert out("ndjson", line, ruled({"type": "drop", "what": "record"})) == ""
    observed = rewrite("ndjson", line.encode(), ruled("replace", mode="observe"))
    assert observed.payload.decode() == line
    assert observed.report.findings["known_name", "observe", "body"] == 2


def test_names_can_be_switched_off_and_an_unknown_id_is_refused() -> None:
    line = json.dumps({"user.name": "Ada Lovelace"})
    assert out("ndjson", line, plan(off="known_name")) == line
    with pytest.raises(ConfigError, match="ner_person"):
        compile_plan(Policy.model_validate({"detectors": {"off": ["ner_person"]}}))


def test_redacting_twice_changes_nothing() -> None:
    once = out("ndjson", json.dumps({"user.name": "Ada Lovelace", "message": "by Ada Lovelace"}))
    assert out("ndjson", once) == once


def test_without_name_fields_the_very_object_comes_back() -> None:
    payload = b'{"message":"hello","username":"x"}\n'
    assert rewrite("ndjson", payload, plan()).payload is payload


def test_more_names_than_are_sought_go_where_they_stand() -> None:
    lines = [json.dumps({"customer": f"Person{chr(65 + i % 26)}{i} Lovelace"}) for i in range(MAX_NAMES + 50)]
    found = out("ndjson", "\n".join(lines))
    assert found.count(P) == MAX_NAMES + 50


@settings(max_examples=60, deadline=None)
@given(name=st.text(min_size=1, max_size=20), rest=st.text(max_size=20))
def test_a_value_of_a_name_field_never_stays_beside_its_redaction(name: str, rest: str) -> None:
    record = {"full_name": name, "message": f"{rest} {name} {rest}"}
    payload = json.dumps(record).encode()
    redacted: Redacted = rewrite("ndjson", payload, plan())
    found = json.loads(redacted.payload)
    assert set(found) == set(record)
    if found["full_name"] == P:
        assert redacted.report.findings["known_name", "replace", "body"] >= 1


def test_spans_of_a_trace_share_names() -> None:
    request = spans({"user.name": "Ada Lovelace"}, {"note": "for Ada Lovelace"}, name="GET /users/Lovelace")
    changed = REQUESTS["traces"].FromString(rewrite("otlp_proto:traces", wire(request), plan()).payload)
    found = changed.resource_spans[0].scope_spans[0].spans
    assert found[1].attributes[0].value.string_value == f"for {P}"
    assert {span.name for span in found} == {f"GET /users/{P}"}


_FIELD = st.sampled_from(["user.name", "customer", "x.full_name", "username", "names", "user"])


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.dictionaries(_FIELD, st.sampled_from(["Ada Lovelace", "Jörg Müller", "root"]), max_size=2), max_size=4), ascii_=st.booleans())
def test_what_is_skipped_unread_holds_no_name_field(rows: list[dict[str, str]], ascii_: bool) -> None:
    rules = plan().known_names
    assert rules is not None
    for row in rows:
        line = json.dumps(row, ensure_ascii=ascii_).encode()
        assert rules.possible(line) or not any(name.encode() in rules.fields for name in row)
    attributes: list[dict[str, object]] = [{**row} for row in rows]
    request = spans(*attributes)
    assert rules.possible(wire(request)) or not any(name.encode() in rules.fields for row in rows for name in row)
    nested = json.dumps({"user": {"name": "Ada Lovelace"}, "in": json.dumps({"customer": {"name": "Ada"}})}).encode()
    assert rules.possible(nested)
