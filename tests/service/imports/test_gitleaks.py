"""A gitleaks configuration becomes patterns; what is about paths and commits, which logs have not, is listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.policy import Policy
from service.imports import gitleaks
from service.imports.model import Imported, ImportFailed
from service.redaction.compilation import compile_plan
from service.redaction.pipeline import rewrite


def read(text: str, folder: Path = Path()) -> Imported:
    return gitleaks.read(text, folder)


def only(text: str) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    out = read(text)
    (pattern,) = out.policy["patterns"]
    return pattern, [(note.kind, note.what) for note in out.notes]


def test_a_rule_carries_over_whole() -> None:
    pattern, notes = only(
        """
        [[rules]]
        id = "acme-token"
        description = "Acme"
        regex = '''(?i)(acme)_([a-z0-9]{8})'''
        secretGroup = 2
        entropy = 2.5
        keywords = ["Acme", "acme"]
        tags = ["x"]
        [[rules.allowlists]]
        regexes = ['''^aaaa''']
        stopwords = ["EXAMPLE"]
        [[rules.allowlists]]
        regexTarget = "line"
        regexes = ["import"]
        """
    )
    assert notes == []
    assert pattern == {
        "name": "acme_token",
        "regex": "(?i)(acme)_([a-z0-9]{8})",
        "title": "Acme",
        "keywords": ["acme"],
        "group": 2,
        "entropy": 2.5,
        "except_words": ["example"],
        "except_matching": ["^aaaa", {"regex": "import", "within": "line"}],
        "reference": "gitleaks rule acme-token",
    }


@pytest.mark.parametrize(("regex", "group"), [("acme_[0-9]{9}", None), ("acme_([0-9]{9})", "first"), ("(acme)_([0-9]{9})", "first")])
def test_without_a_secret_group_it_is_the_first_that_took_part(regex: str, group: str | None) -> None:
    assert only(f"[[rules]]\nid='a'\nregex='{regex}'")[0].get("group") == group


@pytest.mark.parametrize(
    ("rule", "notes"),
    [
        ("path='x$'", [("left out", "a")]),
        ("regex='acme_[0-9]'\npath='x$'", [("adapted", "a")]),
        ("regex='acme_(?!x)'", [("left out", "a")]),
        (r"regex='\S+'", [("left out", "a")]),
        ("regex='acme_[0-9]'\nskipReport=true", [("left out", "a")]),
        ("regex='acme_[0-9]'\n[[rules.required]]\nid='b'", [("adapted", "a")]),
        ("regex='acme_[0-9]'\n[[rules.allowlists]]\npaths=['x']", [("adapted", "a")]),
        ("regex='acme_[0-9]'\n[[rules.allowlists]]\ncondition='AND'\nregexes=['x']\nstopwords=['y']", [("adapted", "a")]),
        ("regex='acme_[0-9]'\nverify='https://x'", [("adapted", "a")]),
        ("regex='acme_[0-9]'\nentropy=11.0", [("left out", "a")]),
    ],
)
def test_what_cannot_be_expressed_is_listed(rule: str, notes: list[tuple[str, str]]) -> None:
    out = read(f"[[rules]]\nid='a'\n{rule}")
    assert [(note.kind, note.what) for note in out.notes] == notes
    assert len(out.policy.get("patterns", ())) == (notes[0][0] == "adapted")


def test_the_files_allowlist_is_every_rules_and_a_targeted_one_its_rules() -> None:
    out = read(
        "[allowlist]\nstopwords=['sample']\nregexes=['^x+$']\n[[allowlists]]\ntargetRules=['b']\nstopwords=['only-b']\n"
        "[[rules]]\nid='a'\nregex='aaa_[a-z]+'\n[[rules]]\nid='b'\nregex='bbb_[a-z]+'"
    )
    first, second = out.policy["patterns"]
    assert (first["except_words"], first["except_matching"]) == (["sample"], ["^x+$"])
    assert second["except_words"] == ["only-b", "sample"]
    assert out.notes == []


def test_an_extended_file_is_read_and_what_is_given_again_replaces(tmp_path: Path) -> None:
    (tmp_path / "more.toml").write_text(
        "[[rules]]\nid='a'\nregex='old_[0-9]+'\nkeywords=['old']\ndescription='A'\n[[rules]]\nid='b'\nregex='bbb_[0-9]+'\n[[rules]]\nid='c'\nregex='ccc_[0-9]+'"
    )
    out = read("[extend]\npath='more.toml'\ndisabledRules=['c']\n[[rules]]\nid='a'\nregex='new_[0-9]+'\nkeywords=['new']", tmp_path)
    assert [(each["name"], each["regex"]) for each in out.policy["patterns"]] == [("a", "new_[0-9]+"), ("b", "bbb_[0-9]+")]
    assert out.policy["patterns"][0]["keywords"] == ["old", "new"]


def test_gitleaks_own_rules_are_not_made_up_where_a_file_extends_them() -> None:
    (note,) = read("[extend]\nuseDefault=true").notes
    assert (note.kind, note.what) == ("left out", "extend.useDefault")


def test_names_are_made_unique_and_leave_the_catalogues_alone() -> None:
    out = read(
        "".join(f"[[rules]]\nid='{name}'\nregex='x{i}x_[0-9]+'\n" for i, name in enumerate(("Email", "a-b", "a_b", "A.B", "1password", "secret")))
    )
    names = [each["name"] for each in out.policy["patterns"]]
    assert names == ["gitleaks_email", "a_b", "gitleaks_a_b", "a_b_2", "gitleaks_1password", "gitleaks_secret"]
    compile_plan(Policy.model_validate(out.policy))


def test_what_is_no_toml_is_refused_in_one_line() -> None:
    with pytest.raises(ImportFailed, match=r"^valid TOML"):
        read("[[rules")


def test_the_policy_redacts_as_the_rules_say() -> None:
    out = read("[[rules]]\nid='acme'\nregex='acme_([a-z0-9]{6,})'\nentropy=2\n[[rules.allowlists]]\nstopwords=['sample']")
    plan = compile_plan(Policy.model_validate(out.policy))
    text = b"acme_x7k2m9q4 acme_aaaaaaaa acme_sample123\n"
    assert rewrite("text", text, plan).payload == b"acme_[REDACTED:acme] acme_aaaaaaaa acme_sample123\n"
