"""The policies that ship do what they say: their own tests pass, twice over, and each can be extended."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from config.load import POLICIES, load_config, load_policy
from config.policy import PolicyTest
from service.policy_check import check_policy
from service.redaction.compilation import compile_plan
from service.redaction.pipeline import detect_format, rewrite
from service.redaction.plan import Plan

PACKS = ("gdpr", "llm", "pci", "secrets", "strict")
CASES = [pytest.param(name, test, id=f"{name}-{i}") for name in PACKS for i, test in enumerate(load_policy(name, {}).tests)]


@cache
def plan(name: str) -> Plan:
    return compile_plan(load_policy(name, {}))


def rewritten(test: PolicyTest, text: str, under: Plan) -> str:
    payload = text.encode()
    return rewrite(detect_format(payload) if test.format == "auto" else test.format, payload, under).payload.decode()


def test_the_packs_are_the_folder() -> None:
    assert sorted(path.stem for path in POLICIES.glob("*.yaml")) == sorted([*PACKS, "default"])


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_says_what_it_is_for_and_what_not_and_has_tests(name: str) -> None:
    head = (POLICIES / f"{name}.yaml").read_text(encoding="utf-8").partition("version:")[0]
    assert head.startswith("# ")
    assert "\n# Not for: " in head
    assert len(load_policy(name, {}).tests) >= 2


@pytest.mark.parametrize(("name", "case"), CASES)
def test_the_tests_of_a_pack_pass_and_redacting_twice_changes_nothing(name: str, case: PolicyTest) -> None:
    once = rewritten(case, case.text, plan(name))
    assert once == case.becomes
    assert rewritten(case, once, plan(name)) == once


@pytest.mark.parametrize("name", PACKS)
def test_the_check_that_operators_run_passes_without_a_warning(name: str) -> None:
    assert check_policy(load_policy(name, {}), plan(name)) == []


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_works_without_extras_with_files_and_as_what_another_policy_extends(name: str, tmp_path: Path) -> None:
    assert load_policy(name, {}).ner is None
    (tmp_path / "scrubjay.yaml").write_text(f"""
receivers: {{ndjson: }}
exporters: {{file: {{path: ./out}}}}
service: {{pipelines: {{logs: {{receivers: [ndjson], exporters: [file]}}}}}}
policy:
  extends: {name}
  patterns: [{{name: acme_ticket, kind: contact, regex: "TCK-[0-9]{{6}}"}}]
""")
    policy = load_config(tmp_path / "scrubjay.yaml", {}).config.policy
    assert [pattern.name for pattern in policy.patterns] == ["acme_ticket"]
    assert policy.prompts == load_policy(name, {}).prompts


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("secrets", "jo@example.com called +44 20 7946 0958 from 203.0.113.9"),
        ("pci", "jo@example.com called +44 20 7946 0958 from 203.0.113.9"),
        ("llm", "[REDACTED:email] called [REDACTED:phone] from 203.0.113.9"),
        ("gdpr", "[REDACTED:email] called [REDACTED:phone] from [REDACTED:ip]"),
        ("strict", "[REDACTED:email] called [REDACTED:phone] from [REDACTED:ip]"),
    ],
)
def test_each_pack_takes_what_it_is_about(name: str, expected: str) -> None:
    key = "sk-proj-" + "Ab3dEf6hIj" * 4
    text = f"jo@example.com called +44 20 7946 0958 from 203.0.113.9 {key}".encode()
    became = rewrite("text", text, plan(name)).payload.decode()
    assert became.startswith(expected)
    assert key not in became
