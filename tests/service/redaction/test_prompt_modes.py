"""What becomes of prompts, by whose words they are and by tenant."""

from __future__ import annotations

import json

import pytest

from config.prompts import Prompts
from service.redaction.prompt_modes import modes_of
from tests.service.redaction.otlp_requests import REQUESTS, as_json, spans, wire
from tests.service.redaction.planted import ADDRESS, EMAIL, PASSWORD, PASSWORD_MARKER, plan_of, redacted
from tests.service.redaction.prompt_shapes import FEW, PAYLOADS, ROLES, SAYS, modes


def said(payload: bytes) -> dict[str, set[str]]:
    """What each role says in ``payload``."""
    out: dict[str, set[str]] = {role: set() for role in ROLES}
    for found in SAYS.finditer(payload.decode("utf-8", "replace")):
        out[found.group(1)].add(found.group())
    return out


@pytest.mark.parametrize("mode", ["replace", "drop"])
@pytest.mark.parametrize("name", PAYLOADS)
def test_what_one_role_says_goes_and_what_the_others_say_stays(name: str, mode: str) -> None:
    codec, payload = PAYLOADS[name]
    before = said(payload)
    for role in ROLES:
        after = said(redacted(codec, payload, modes().for_tenant(f"{mode}-{role}")).payload)
        assert after == {**before, role: set()}, role


@pytest.mark.parametrize("name", PAYLOADS)
def test_only_the_users_words_stay_where_all_else_is_dropped(name: str) -> None:
    codec, payload = PAYLOADS[name]
    rewritten = redacted(codec, payload, modes().for_tenant("all but user"))
    assert said(rewritten.payload) == {"system": set(), "assistant": set(), "tool": set(), "user": said(payload)["user"]}
    if codec in ("json", "ndjson") or codec.startswith("otlp_json"):
        json.loads(rewritten.payload)
    elif codec.startswith("otlp_proto"):
        REQUESTS[codec.partition(":")[2]].FromString(rewritten.payload)
    assert redacted(codec, rewritten.payload, modes().for_tenant("all but user")).payload == rewritten.payload


@pytest.mark.parametrize("mode", ["summarize", "replace", "drop", "redact_entities", "keep", "observe"])
@pytest.mark.parametrize("name", PAYLOADS)
def test_a_tenants_mode_holds_for_every_role(name: str, mode: str) -> None:
    codec, payload = PAYLOADS[name]
    plan = modes().for_tenant(mode)
    rewritten = redacted(codec, payload, plan)
    stays = mode in ("redact_entities", "keep", "observe")
    assert said(rewritten.payload) == (said(payload) if stays else {role: set() for role in ROLES})
    assert {outcome for detector, outcome, _ in rewritten.report.findings if detector in ("prompt_field", "unknown_key")} == {mode}
    assert redacted(codec, rewritten.payload, plan).payload == rewritten.payload


@pytest.mark.parametrize("name", [name for name, (codec, _) in PAYLOADS.items() if not codec.startswith("otlp_proto")])
def test_entities_go_where_the_text_stays_and_nothing_else_does(name: str) -> None:
    codec, payload = PAYLOADS[name]
    leaky = payload.replace(b" it 1", b" " + ADDRESS.encode() + b" password=" + PASSWORD.encode())
    clean = payload.replace(b" it 1", b" [REDACTED:email] password=[REDACTED:password]")
    for tenant in ("redact_entities", "keep", "observe"):
        assert redacted(codec, leaky, modes().for_tenant(tenant)).payload == clean, tenant


@pytest.mark.parametrize("codec", ["otlp_proto:traces", "otlp_json:traces"])
def test_entities_go_from_prompts_in_otlp(codec: str) -> None:
    def request(address: str, password: str) -> bytes:
        messages = [{"role": "user", "content": f"mail {address}"}, {"role": "assistant", "tool_calls": [{"arguments": {"password": password}}]}]
        attributes: dict[str, object] = {
            "gen_ai.input.messages": messages,
            "gen_ai.prompt": f"mail {address}",
            "gen_ai.tool.call.arguments": {"password": password},
        }
        return (wire if codec.startswith("otlp_proto") else as_json)(spans(attributes))

    after = redacted(codec, request(ADDRESS, PASSWORD), modes().for_tenant("redact_entities"))
    assert after.payload == request(EMAIL, PASSWORD_MARKER)
    assert ("prompt_field", "redact_entities", "attribute") in after.report.findings


def test_entities_go_from_prompts_in_text_logs() -> None:
    line = f"DEBUG sending prompt='mail {ADDRESS}, password={PASSWORD}' to gpt-4o\n"
    expected = f"DEBUG sending prompt='mail {EMAIL}, password={PASSWORD_MARKER}' to gpt-4o\n"
    rewritten = redacted("text", line, modes().for_tenant("redact_entities"))
    assert rewritten.payload.decode() == expected
    assert rewritten.report.findings["prompt_field", "redact_entities", "body"] == 1


def test_a_prompt_in_text_that_tells_no_role_is_in_the_most_protective_mode() -> None:
    line = b"DEBUG sending prompt='is it so' to gpt-4o\n"
    for tenant in ("replace-user", "replace-system", "drop-tool", "all but user"):
        assert b"is it so" not in redacted("text", line, modes().for_tenant(tenant)).payload, tenant


@pytest.mark.parametrize(
    "quoted", ['{"role": "system", "content": "TEXT"}', '[{"type": "tool_use", "input": {"q": "TEXT"}}]', '{"tool_calls": "TEXT"}']
)
@pytest.mark.parametrize("codec", ["json", "otlp_proto:traces", "otlp_json:traces"])
def test_what_a_user_says_is_the_users_whatever_it_looks_like(codec: str, quoted: str) -> None:
    said_by_user = quoted.replace("TEXT", "my case number is 7")
    messages = [{"role": "user", "content": said_by_user}, {"role": "user", "content": [{"type": "text", "text": said_by_user}]}]
    if codec == "json":
        payload = json.dumps({"model": "m", "messages": messages}).encode()
    else:
        payload = (wire if codec.startswith("otlp_proto") else as_json)(
            spans({"gen_ai.input.messages": messages, "gen_ai.prompt.0.content": said_by_user})
        )
    assert b"case number" not in redacted(codec, payload, modes().for_tenant("replace-user")).payload


def test_a_rule_about_prompts_wins_over_the_mode_of_a_role() -> None:
    rule = {"detectors": ["prompt"], "action": "replace"}
    plan = plan_of(detectors=FEW, rules=[rule], prompts={"mode": "keep", "tenants": {"a": {"roles": {"user": "drop"}}}})
    for chosen in (plan, plan.for_tenant("a")):
        assert json.loads(redacted("json", '{"model":"m","prompt":"is it so"}', chosen).payload) == {"model": "m", "prompt": "[REDACTED:prompt]"}


def test_a_tenant_the_policy_does_not_name_has_the_policys_own_plan() -> None:
    plan = modes()
    assert plan.for_tenant("somebody") is plan
    assert plan.for_tenant("drop") is plan.for_tenant("drop")
    assert plan.for_tenant("drop").text is plan.text
    assert plan.for_tenant("drop").hash == plan.hash


def test_what_a_tenant_does_not_say_is_as_the_policy_says() -> None:
    tenants = {"role": {"roles": {"user": "keep"}}, "mode": {"mode": "drop"}, "both": {"mode": "drop", "roles": {"tool": "observe"}}, "none": {}}
    prompts = Prompts.model_validate({"mode": "replace", "roles": {"system": "keep"}, "tenants": tenants})
    assert modes_of(prompts, None) == {"system": "keep", "user": "replace", "assistant": "replace", "tool": "replace"}
    assert modes_of(prompts, "none") == modes_of(prompts, "unknown") == modes_of(prompts, None)
    assert modes_of(prompts, "role") == {**modes_of(prompts, None), "user": "keep"}
    assert modes_of(prompts, "mode") == dict.fromkeys(ROLES, "drop")
    assert modes_of(prompts, "both") == {**dict.fromkeys(ROLES, "drop"), "tool": "observe"}


DROPS = ["PP.", "PPP.", "P.P.PP", ".PP", "PP", "PPPP.P"]


@pytest.mark.parametrize("members", DROPS)
@pytest.mark.parametrize("indent", [None, 1])
def test_json_stays_valid_whichever_members_are_dropped(members: str, indent: int | None) -> None:
    """``P`` is a prompt, ``.`` a member that stays."""
    document = {f"gen_ai.prompt.{i}.content" if kind == "P" else f"n{i}": "is it so" if kind == "P" else i for i, kind in enumerate(members)}
    payload = json.dumps({"body": document, "list": [document, json.dumps(document)]}, indent=indent)
    rewritten = redacted("json", payload, modes().for_tenant("drop"))
    kept = {key: value for key, value in document.items() if key.startswith("n")}
    after = json.loads(rewritten.payload)
    assert after["body"] == after["list"][0] == json.loads(after["list"][1]) == kept
    assert not rewritten.report.unprocessable
