"""Policy → Plan: nothing unknown is accepted, and the first rule that fits decides."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from config.policy import Policy
from detectors.model import Finding
from service.errors import ConfigError
from service.redaction.compilation import compile_plan
from service.redaction.plan import Plan
from tests.service.redaction.otlp_requests import spans, wire
from tests.service.redaction.planted import (
    ADDRESS,
    CARD,
    EMAIL,
    KEY,
    KEY_MARKER,
    PASSWORD,
    PASSWORD_MARKER,
    full_plan_of,
    out,
    plan_of,
    redacted,
)

PROMPTS_ALONE = {"off": ["secret", "contact", "financial", "government", "network"]}
SIGNING = {"keys": [{"id": "k1", "key": "a-key-for-tests-only"}]}


def policy(**keys: Any) -> Policy:
    return Policy.model_validate(keys)


UNKNOWN: dict[str, tuple[dict[str, Any], str]] = {
    "a detector in a rule": ({"rules": [{"detectors": ["emial"], "action": "replace"}]}, "rules.0.detectors"),
    "a detector in an allow-list": ({"allow": [{"detectors": ["emial"], "equals": ["x"]}]}, "allow.0.detectors"),
    "a detector switched on": ({"detectors": {"on": ["emial"]}}, "detectors.on"),
    "a detector switched off": ({"detectors": {"off": ["emial"]}}, "detectors.off"),
    "the second rule": (
        {"rules": [{"detectors": ["email"], "action": "keep"}, {"detectors": ["x"], "action": "keep"}]},
        "rules.1.detectors",
    ),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_name_no_detector_has_is_refused_in_one_line_that_says_where(name: str) -> None:
    keys, where = UNKNOWN[name]
    with pytest.raises(ConfigError) as refused:
        compile_plan(policy(**keys))
    assert str(refused.value).startswith(where + ": ")
    assert "\n" not in str(refused.value)
    assert "allowed are" in str(refused.value)


MALFORMED: dict[str, dict[str, Any]] = {
    "an unknown action": {"rules": [{"detectors": ["email"], "action": "encrypt"}]},
    "an unknown mode": {"rules": [{"detectors": ["email"], "action": "replace", "mode": "dry"}]},
    "an unknown place": {"rules": [{"detectors": ["email"], "where": {"places": ["bodyy"]}, "action": "keep"}]},
    "an unknown key": {"rulez": []},
    "a rule without detectors": {"rules": [{"detectors": [], "action": "replace"}]},
    "a bad regex": {"allow": [{"detectors": ["email"], "matches": "([a-z"}]},
    "an allow-list that says nothing": {"allow": [{"detectors": ["email"]}]},
    "an allow-list of an empty pattern": {"allow": [{"detectors": ["email"], "matches": ""}]},
    "a mask of no character": {"rules": [{"detectors": ["email"], "action": {"type": "mask", "character": ""}}]},
    "a mask that keeps more than four": {"rules": [{"detectors": ["email"], "action": {"type": "mask", "keep": 5}}]},
    "a mask with a letter": {"rules": [{"detectors": ["email"], "action": {"type": "mask", "character": "a"}}]},
    "hash without a key": {"rules": [{"detectors": ["email"], "action": "hash"}]},
    "a short key": {"hash": {"keys": [{"id": "k1", "key": "short"}]}},
    "two keys of one id": {"hash": {"keys": [{"id": "k", "key": "x" * 16}, {"id": "k", "key": "y" * 16}]}},
    "an unknown prompt mode": {"prompts": {"mode": "shorten"}},
    "a newer version": {"version": 2},
    "a region that is none": {"regions": ["USA"]},
    "no findings at all": {"limits": {"max_findings_per_record": 0}},
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_policy_that_makes_no_sense_is_refused(name: str) -> None:
    with pytest.raises((ValidationError, ConfigError)):
        compile_plan(policy(**MALFORMED[name]))


def test_a_key_for_hashing_is_in_no_error_and_no_repr() -> None:
    with pytest.raises(ValidationError) as refused:
        policy(hash={"keys": [{"id": "K!", "key": "a-key-for-tests-only"}]})
    assert "a-key-for-tests" not in str(refused.value)
    assert "a-key-for-tests" not in repr(policy(hash=SIGNING))


@pytest.mark.parametrize("names", [["openai"], ["openai_api_key"], ["secret"], ["prompt"], ["prompt_field"], ["password"], ["email", "jwt"]])
def test_mask_is_refused_for_secrets_and_prompts(names: list[str]) -> None:
    with pytest.raises(ConfigError, match=r"rules\.0\.action: mask is refused"):
        compile_plan(policy(rules=[{"detectors": names, "action": "mask"}]))


@pytest.mark.parametrize("names", [["password"], ["assigned_password"], ["url_credentials"], ["email", "password"]])
def test_hash_is_refused_for_passwords(names: list[str]) -> None:
    with pytest.raises(ConfigError, match=r"rules\.0\.action: hash is refused for passwords"):
        compile_plan(policy(rules=[{"detectors": names, "action": "hash"}], hash=SIGNING))


def test_a_catch_all_rule_replaces_what_may_not_be_masked_or_hashed() -> None:
    for action in ("mask", "hash"):
        plan = full_plan_of(rules=[{"detectors": ["*"], "action": action}], hash=SIGNING)
        rewritten = out("ndjson", json.dumps({"password": PASSWORD, "m": ADDRESS}), plan)
        assert json.loads(rewritten)["password"] == PASSWORD_MARKER
        assert ADDRESS not in rewritten
    assert KEY[-4:] not in out("text", f"used {KEY} here", full_plan_of(rules=[{"detectors": ["*"], "action": "mask"}], hash=SIGNING))


def test_the_first_rule_that_fits_decides() -> None:
    plan = plan_of(rules=[{"detectors": ["email"], "action": "keep"}, {"detectors": ["contact"], "action": "drop"}])
    assert out("text", f"to {ADDRESS}", plan) == f"to {ADDRESS}"


@pytest.mark.parametrize("names", [["email"], ["contact"], ["*"]])
def test_rules_go_by_id_entity_kind_or_all(names: list[str]) -> None:
    assert out("text", f"to {ADDRESS}.", plan_of(rules=[{"detectors": names, "action": "keep"}])) == f"to {ADDRESS}."


def test_a_rule_for_places_holds_there_alone() -> None:
    plan = plan_of(rules=[{"detectors": ["email"], "where": {"places": ["name"]}, "action": "keep"}])
    message = spans({"a": ADDRESS}, name=f"GET {ADDRESS}")
    assert redacted("otlp_proto:traces", wire(message), plan).payload == wire(spans({"a": EMAIL}, name=f"GET {ADDRESS}"))


@pytest.mark.parametrize("glob", ["user.*", "user.email", "*.email", "user.?mail"])
def test_a_rule_for_keys_holds_under_names_that_fit_the_glob(glob: str) -> None:
    plan = plan_of(rules=[{"detectors": ["email"], "where": {"keys": [glob]}, "action": "keep"}])
    rewritten = out("ndjson", json.dumps({"user.email": ADDRESS, "owner.mail": ADDRESS}), plan)
    assert json.loads(rewritten) == {"user.email": ADDRESS, "owner.mail": EMAIL}
    message = redacted("otlp_proto:traces", wire(spans({"user.email": ADDRESS, "x": ADDRESS})), plan).payload
    assert message == wire(spans({"user.email": ADDRESS, "x": EMAIL}))


def test_places_and_keys_must_both_hold() -> None:
    rule = {"detectors": ["email"], "where": {"places": ["body"], "keys": ["a"]}, "action": "keep"}
    assert ADDRESS.encode() not in redacted("otlp_proto:traces", wire(spans({"a": ADDRESS})), plan_of(rules=[rule])).payload


def test_an_allow_list_lets_a_match_through_and_never_its_neighbours() -> None:
    plan = plan_of(allow=[{"detectors": ["email"], "equals": [ADDRESS]}])
    other = ADDRESS.replace("ada", "bob")
    assert out("text", f"{ADDRESS}, {other}, {KEY}", plan) == f"{ADDRESS}, {EMAIL}, {KEY_MARKER}"


def test_an_allow_list_of_a_pattern_is_about_the_whole_match() -> None:
    plan = plan_of(allow=[{"detectors": ["email"], "matches": r"[a-z.]+@example\.com"}])
    assert out("text", f"{ADDRESS} bob@example.org", plan) == f"{ADDRESS} {EMAIL}"
    assert out("text", f"to x9.{ADDRESS}.uk", plan) == f"to {EMAIL}"


def test_an_allowed_match_cannot_hide_a_secret_it_overlaps() -> None:
    plan = plan_of(allow=[{"detectors": ["email"], "equals": [ADDRESS]}])
    assert ADDRESS not in out("text", f"password={ADDRESS}", plan)


def test_observe_counts_and_changes_nothing() -> None:
    plan = plan_of(rules=[{"detectors": ["email"], "action": "replace", "mode": "observe"}])
    for codec, payload in (("text", f"to {ADDRESS}".encode()), ("ndjson", json.dumps({"a": ADDRESS}).encode())):
        rewritten = redacted(codec, payload, plan)
        assert rewritten.payload is payload
        assert {(detector, action) for detector, action, _ in rewritten.report.findings} == {("email", "observe")}
        assert rewritten.report.touched == 0


@pytest.mark.parametrize("mode", ["keep", "observe"])
def test_prompts_that_are_let_through_are_still_looked_at(mode: str) -> None:
    plan = full_plan_of(prompts={"mode": mode})
    text = f"Write to {ADDRESS} about the {CARD}"
    expected = f"Write to {EMAIL} about the [REDACTED:card]"
    assert json.loads(out("ndjson", json.dumps({"model": "m", "prompt": text}), plan))["prompt"] == expected
    rewritten = redacted("otlp_proto:traces", wire(spans({"gen_ai.prompt": text})), plan).payload
    assert rewritten == wire(spans({"gen_ai.prompt": expected}))
    assert out("text", f"prompt='{text}'", plan) == f"prompt='{expected}'"


@pytest.mark.parametrize(("mode", "becomes"), [("replace", "[REDACTED:prompt]"), ("summarize", "[REDACTED:prompt;chars=8]")])
def test_the_mode_says_what_becomes_of_prompts(mode: str, becomes: str) -> None:
    plan = plan_of(prompts={"mode": mode}, detectors=PROMPTS_ALONE)
    assert json.loads(out("ndjson", '{"model":"m","prompt":"is it so"}', plan)) == {"model": "m", "prompt": becomes}
    assert out("text", 'gen_ai.prompt="is it so" ok=1', plan) == f'gen_ai.prompt="{becomes}" ok=1'


def test_prompts_can_be_dropped() -> None:
    plan = plan_of(prompts={"mode": "drop"}, detectors=PROMPTS_ALONE)
    assert json.loads(out("ndjson", '{"model":"m","prompt":"is it so"}', plan)) == {"model": "m"}
    assert redacted("otlp_proto:traces", wire(spans({"gen_ai.prompt": "is it so", "z": 1})), plan).payload == wire(spans({"z": 1}))


def test_what_is_switched_off_is_not_looked_for() -> None:
    plan = full_plan_of(detectors={"off": ["email", "prompt"]})
    payload = json.dumps({"m": ADDRESS, "prompt": "is it so", "model": "m"}).encode()
    assert redacted("ndjson", payload, plan).payload is payload
    assert "email" not in {one.id for one in plan.detectors}


def test_what_is_off_by_default_can_be_switched_on() -> None:
    assert out("text", "from 192.0.2.17 now", full_plan_of(detectors={"on": ["network"]})) != "from 192.0.2.17 now"
    assert out("text", "from 192.0.2.17 now") == "from 192.0.2.17 now"


def test_equal_policies_have_equal_hashes_and_others_do_not() -> None:
    assert plan_of().hash == compile_plan(plan_of().policy).hash
    hashes = {plan_of(**keys).hash for keys in ({}, {"regions": ["DE"]}, {"prompts": {"mode": "drop"}}, {"metric_names": "enforce"})}
    assert len(hashes) == 4


def test_a_plan_decides_the_same_however_often_it_is_asked() -> None:
    plan: Plan = plan_of()
    finding = Finding(0, 3, "email", "email", 1.0)
    assert plan.decide(finding, "body", b"a") == plan.decide(finding, "body", b"b")
