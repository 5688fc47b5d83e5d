"""Patterns of the policy are detectors like any other: rules, allow-lists and switches go by them, in every format, and their markers stay."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from config.policy import Policy
from detectors.markers import is_marker
from service.errors import ConfigError
from service.redaction.compilation import compile_plan
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan

TOKEN = "acme_" + "x7k2m9q4"
PATTERN = {"name": "acme_key", "regex": "acme_[a-z0-9]{8}", "entity": "acme_token"}


@cache
def plan_of(policy: str) -> Plan:
    return compile_plan(Policy.model_validate_json(policy))


def plan(**settings: Any) -> Plan:
    return plan_of(json.dumps({"patterns": [PATTERN], **settings}))


def redacted(codec: str, text: str, **settings: Any) -> str:
    return rewrite(codec, text.encode(), plan(**settings)).payload.decode()


@pytest.mark.parametrize(
    ("codec", "text", "wanted"),
    [
        ("text", f"a {TOKEN} b", "a [REDACTED:acme_token] b"),
        ("ndjson", f'{{"a":"x {TOKEN}"}}\n', '{"a":"x [REDACTED:acme_token]"}\n'),
        ("ndjson", '{"a":"\\u0061cme_x7k2m9q4"}\n', '{"a":"[REDACTED:acme_token]"}\n'),
        ("json", json.dumps({"body": json.dumps({"k": TOKEN})}), json.dumps({"body": json.dumps({"k": "[REDACTED:acme_token]"})})),
    ],
)
def test_a_pattern_is_found_in_every_format(codec: str, text: str, wanted: str) -> None:
    assert redacted(codec, text) == wanted


ASSIGNED = {"name": "acme_code", "regex": r"(?i)acme_code[\s'\"]{0,3}[=:][\s'\"]{0,3}([a-z0-9]{8})(?:[\s'\";]|$)", "group": 1, "kind": "contact"}


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("text", 'acme_code = "%s" rest'),
        ("ndjson", '{"my_acme_code":"%s","b":1}\n'),
        ("ndjson", '{"body":"{\\"acme_code\\":\\"%s\\"}"}\n'),
        ("otlp_json:logs", '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[{"key":"acme_code","value":{"stringValue":"%s"}}]}]}]}]}'),
    ],
)
def test_a_pattern_of_a_name_and_its_value_finds_the_value_behind_a_fields_name(codec: str, text: str) -> None:
    found = rewrite(codec, (text % "x7k2m9q4").encode(), plan_of(json.dumps({"patterns": [ASSIGNED]}))).payload.decode()
    assert found == text % "[REDACTED:acme_code]"


@pytest.mark.parametrize("name", ["acme_key", "acme_token", "secret"])
def test_rules_and_allow_lists_go_by_its_name_its_entity_and_its_kind(name: str) -> None:
    assert redacted("text", f"a {TOKEN} b", rules=[{"detectors": [name], "action": "drop"}]) == "a  b"
    assert redacted("text", f"a {TOKEN} b", allow=[{"detectors": [name], "equals": [TOKEN]}]) == f"a {TOKEN} b"


def test_it_can_be_switched_off() -> None:
    assert redacted("text", TOKEN, detectors={"off": ["acme_key"]}) == TOKEN


def test_redacting_twice_changes_nothing() -> None:
    once = redacted("text", f"password={TOKEN} a {TOKEN}")
    assert once.count("[REDACTED:") == 2
    assert redacted("text", once) == once
    assert redacted("text", "password=[REDACTED:acme_token]") == "password=[REDACTED:acme_token]"


def test_only_entities_that_there_are_make_markers() -> None:
    plan()
    assert is_marker(b"[REDACTED:acme_token]")
    assert is_marker(b"[REDACTED:person]")
    assert not is_marker(b"[REDACTED:hunter2_made_up]")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "email"}, r"^patterns\.0\.name: a name that no detector has; email is taken"),
        ({"name": "secret"}, r"^patterns\.0\.name: "),
        ({"regex": "("}, r"^patterns\.0 \(acme_key\): regex: RE2 syntax"),
        ({"group": 1}, r"^patterns\.0 \(acme_key\): group: a number from 0 to 0"),
        ({"finds": [f"x «{TOKEN}»", "«acme_no»"]}, r"^patterns\.0 \(acme_key\): finds\.1: bytes 0 to 7 are marked, but nothing is found$"),
        ({"ignores": [TOKEN]}, r"^patterns\.0 \(acme_key\): ignores\.0: nothing is to be found, but bytes 0 to 13 are found$"),
    ],
)
def test_a_bad_pattern_is_one_line_that_names_it(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        compile_plan(Policy.model_validate({"patterns": [PATTERN | change]}))
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value)
