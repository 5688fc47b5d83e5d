"""A policy that extends another is the two of them, its own words first; an error names the file in which the wrong word stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import LoadError, load_config, load_policy, show
from config.policy import Policy

CONFIG = """
receivers: {ndjson: }
exporters: {stdout: }
service: {pipelines: {logs: {receivers: [ndjson], exporters: [stdout]}}}
"""
BASE = """
name: base
regions: [US, CA]
detectors: {on: [ip], off: [phone, iban]}
rules:
  - {detectors: [email], action: hash}
  - {detectors: [card], action: {type: mask, keep: 2}}
prompts: {mode: drop, roles: {system: keep}}
allow: [{detectors: [email], equals: [a@example.com]}]
hash: {keys: [{id: k1, key: "${env:HASH_KEY}"}]}
limits: {max_depth: 12}
patterns:
  - {name: ticket, regex: "TCK-[0-9]{6}"}
  - {name: badge, regex: "BDG-[0-9]{6}"}
tests: [{text: a, becomes: a}]
"""
ENV = {"HASH_KEY": "hash-" + "h" * 20}


def loaded(folder: Path, own: str, base: str = BASE) -> Policy:
    (folder / "base.yaml").write_text(base)
    (folder / "own.yaml").write_text(own)
    return load_policy(str(folder / "own.yaml"), ENV)


def refusal(folder: Path, own: str, base: str = BASE) -> str:
    with pytest.raises(LoadError) as refused:
        loaded(folder, own, base)
    return str(refused.value)


def test_what_is_not_said_is_inherited(tmp_path: Path) -> None:
    policy = loaded(tmp_path, "extends: ./base.yaml\n")
    base = load_policy(str(tmp_path / "base.yaml"), ENV)
    assert policy == base.model_copy(update={"name": "own", "tests": ()})


def test_own_settings_win_and_mappings_are_merged_key_by_key(tmp_path: Path) -> None:
    policy = loaded(tmp_path, "extends: ./base.yaml\nname: mine\nregions: [DE]\nprompts: {roles: {user: keep}, ids: true}\nlimits: {max_depth: 9}\n")
    assert (policy.name, policy.regions, policy.limits.max_depth) == ("mine", ("DE",), 9)
    assert policy.prompts.mode == "drop"
    assert policy.prompts.ids
    assert policy.prompts.roles.by_role() == {"system": "keep", "user": "keep"}


def test_own_rules_patterns_and_allow_entries_come_first(tmp_path: Path) -> None:
    own = """
extends: ./base.yaml
rules: [{detectors: [email], action: replace}]
allow: [{detectors: [card], equals: ["4242"]}]
patterns: [{name: badge, regex: "B[0-9]{8}"}]
"""
    policy = loaded(tmp_path, own)
    assert [rule.action.type for rule in policy.rules] == ["replace", "hash", "mask"]
    assert [entry.detectors for entry in policy.allow] == [("card",), ("email",)]
    assert [(pattern.name, pattern.regex) for pattern in policy.patterns] == [("badge", "B[0-9]{8}"), ("ticket", "TCK-[0-9]{6}")]


def test_switches_are_united_and_own_ones_win(tmp_path: Path) -> None:
    switches = loaded(tmp_path, "extends: ./base.yaml\ndetectors: {on: [phone, card], off: [ip, ssn]}\n").detectors
    assert (switches.on, switches.off) == (("phone", "card"), ("ip", "ssn", "iban"))


def test_tests_are_about_the_policy_that_has_them(tmp_path: Path) -> None:
    assert loaded(tmp_path, "extends: ./base.yaml\ntests: [{text: b, becomes: b}]\n").tests[0].text == "b"
    assert not loaded(tmp_path, "extends: ./base.yaml\n").tests


def test_policies_extend_over_several_files_each_relative_to_its_own(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "root.yaml").write_text("regions: [FR]\nrules: [{detectors: [ssn], action: drop}]\n")
    (tmp_path / "shared" / "middle.yaml").write_text("extends: ./root.yaml\nrules: [{detectors: [iban], action: drop}]\n")
    (tmp_path / "own.yaml").write_text("extends: shared/middle.yaml\nrules: [{detectors: [card], action: drop}]\n")
    policy = load_policy(str(tmp_path / "own.yaml"), {})
    assert policy.regions == ("FR",)
    assert [rule.detectors for rule in policy.rules] == [("card",), ("iban",), ("ssn",)]


@pytest.mark.parametrize("policy", ["policy: own.yaml", "policy: {extends: ./base.yaml, name: own}"])
def test_an_inline_policy_extends_as_one_in_a_file_does(tmp_path: Path, policy: str) -> None:
    expected = loaded(tmp_path, "extends: ./base.yaml\n")
    (tmp_path / "scrubjay.yaml").write_text(f"{CONFIG}{policy}\n")
    config = load_config(tmp_path / "scrubjay.yaml", ENV)
    assert config.config.policy == expected
    text = show(config)
    assert "${env:HASH_KEY}" in text
    assert ENV["HASH_KEY"] not in text
    assert "extends" not in text


def test_a_pack_is_extended_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "scrubjay.yaml").write_text(f"{CONFIG}policy: {{extends: default, rules: [{{detectors: [email], action: drop}}]}}\n")
    policy = load_config(tmp_path / "scrubjay.yaml", {}).config.policy
    assert (policy.name, policy.metric_names, len(policy.rules)) == ("inline", "observe", 1)


@pytest.mark.parametrize(
    ("own", "base", "named", "expected"),
    [
        ("extends: ./base.yaml\nrules: [{detectors: [email], action: shred}]", BASE, "own.yaml", "rules[0].action: one of "),
        (
            "extends: ./base.yaml\nrules: [{detectors: [x], action: drop}]",
            "rules: [{detectors: [email], action: shred}]",
            "base.yaml",
            "rules[0].act",
        ),
        ("extends: ./base.yaml", "limits: {max_dept: 3}", "base.yaml", "limits.max_dept: one of "),
        ("extends: ./base.yaml\nlimits: {max_depth: 2}", "limits: {max_findings_per_record: x}", "base.yaml", "limits.max_findings_per_record: "),
        ("extends: ./own.yaml", BASE, "own.yaml", "extends: a policy that does not lead back to itself; own.yaml extends own.yaml"),
        ("extends: ./base.yaml", "extends: own.yaml", "base.yaml", "extends: a policy that does not lead back to itself; own.yaml extends base.yaml"),
        ("extends: gpdr", BASE, "own.yaml", "extends: one of default, "),
        ("extends: ./none.yaml", BASE, "none.yaml", "a file that can be read"),
        ("extends: [gdpr]", BASE, "own.yaml", "extends: a policy's name, or the path of a policy file"),
        ("extends: ./base.yaml", "- 1", "base.yaml", "a mapping of keys to values"),
    ],
)
def test_an_error_names_the_file_in_which_it_stands(tmp_path: Path, own: str, base: str, named: str, expected: str) -> None:
    said = refusal(tmp_path, own, base)
    assert f"{tmp_path / named}: " in said
    assert expected in said
    assert "\n" not in said


def test_a_policy_made_elsewhere_extends_nothing_unnoticed() -> None:
    with pytest.raises(ValueError, match="only files"):
        Policy(extends="gdpr")


def test_a_policy_that_observes_keeps_raw_data_off_the_disk_unless_told_so(tmp_path: Path) -> None:
    text = CONFIG.replace("stdout: ", "file: {path: ./out}").replace("[stdout]", "[file]") + "policy: {mode: observe}\n"
    (tmp_path / "scrubjay.yaml").write_text(text)
    with pytest.raises(LoadError, match="allow_raw_at_rest"):
        load_config(tmp_path / "scrubjay.yaml", {})
    (tmp_path / "scrubjay.yaml").write_text(text + "allow_raw_at_rest: true\n")
    assert load_config(tmp_path / "scrubjay.yaml", {}).config.policy.mode == "observe"
