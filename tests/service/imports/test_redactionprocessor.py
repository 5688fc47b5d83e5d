"""The Collector's redaction processor becomes patterns, an allow-list and rules; what it does to attributes as such is listed."""

from __future__ import annotations

import pytest

from config.policy import Policy
from service.imports import redactionprocessor
from service.imports.model import ImportFailed
from service.redaction.compilation import compile_plan
from service.redaction.pipeline import rewrite

COLLECTOR = """
receivers: {otlp: {}}
processors:
  batch: {}
  redaction/strict:
    allow_all_keys: false
    allowed_keys: [description]
    ignored_keys: [safe.attribute]
    blocked_values: ['acme-[0-9]{6}', '(unclosed']
    blocked_key_patterns: ['.*staff_code.*']
    allowed_values: ['acme-000000']
    hash_function: md5
    summary: debug
    redact_all_types: true
"""


def test_values_and_names_that_are_blocked_become_patterns() -> None:
    plan = compile_plan(Policy.model_validate(redactionprocessor.read(COLLECTOR).policy))
    text = b'{"a":"acme-123456 acme-000000","my_staff_code_x":"all of it","safe.attribute":"acme-123456"}\nstaff_code=abc rest\n'
    wanted = (
        b'{"a":"[REDACTED:blocked_value_1] acme-000000","my_staff_code_x":"[REDACTED:blocked_key_1]","safe.attribute":"acme-123456"}\n'
        b"staff_code=[REDACTED:blocked_key_1] rest\n"
    )
    assert rewrite("text", text, plan).payload == wanted


def test_nothing_is_dropped_silently() -> None:
    notes = redactionprocessor.read(COLLECTOR).notes
    assert [note.what.partition(": ")[2] for note in notes if note.kind == "left out"] == [
        "blocked_values.1",
        "allow_all_keys",
        "hash_function",
        "summary",
    ]
    assert [note.what.partition(": ")[2] for note in notes if note.kind == "adapted"] == [
        "blocked_key_patterns.0",
        "allowed_values.0",
        "ignored_keys",
        "redact_all_types",
    ]


def test_the_block_by_itself_is_read_too() -> None:
    out = redactionprocessor.read("blocked_values: ['acme-[0-9]{6}']\nallow_all_keys: true\n")
    assert [each["regex"] for each in out.policy["patterns"]] == ["acme-[0-9]{6}"]
    assert out.notes == []


@pytest.mark.parametrize("text", ["receivers: {}", "processors: {batch: {}}", "a: [", "[]"])
def test_a_file_without_the_processor_is_refused(text: str) -> None:
    with pytest.raises(ImportFailed):
        redactionprocessor.read(text)
