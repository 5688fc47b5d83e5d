"""Presidio's recognizer files become patterns; what Presidio does in code, and scores, are listed."""

from __future__ import annotations

import pytest

from config.policy import Policy
from service.imports import presidio
from service.imports.model import ImportFailed
from service.redaction.compilation import compile_plan
from service.redaction.pipeline import rewrite

FILE = r"""
recognizers:
  - name: Zip code
    supported_language: en
    supported_entity: ZIP
    context: [zip, postal]
    patterns:
      - {name: us zip, regex: '(\bzip \d{5}(?:\-\d{4})?\b)', score: 0.3}
      - {name: look, regex: '(?<=zip )\d{5}', score: 0.9}
  - name: Titles
    supported_entity: TITLE
    deny_list: [Mr., Mrs.]
  - name: Off
    supported_entity: OFF
    enabled: false
    patterns: [{name: x, regex: 'xxx', score: 1}]
  - CreditCardRecognizer
  - name: Code
    supported_entity: CODE
"""


def test_regexes_and_deny_lists_carry_over_under_their_entity() -> None:
    out = presidio.read(FILE)
    zip_code, title = out.policy["patterns"]
    assert (zip_code["name"], zip_code["entity"], zip_code["loose"]) == ("zip_us_zip", "zip", True)
    assert zip_code["regex"].startswith("(?is)")
    assert title["entity"] == "title"
    plan = compile_plan(Policy.model_validate(out.policy))
    assert rewrite("text", b"Mr. Smith, ZIP 12345, Mrs.", plan).payload == b"[REDACTED:title] Smith, [REDACTED:zip], [REDACTED:title]"


def test_nothing_is_dropped_silently() -> None:
    out = presidio.read(FILE)
    left_out = [note.what for note in out.notes if note.kind == "left out"]
    assert left_out == ["Zip code: look", "Off", "CreditCardRecognizer", "Code"]
    assert {note.what for note in out.notes if note.kind == "adapted"} == {"Zip code", "Zip code: us zip"}


@pytest.mark.parametrize("text", ["recognizers: 1", "a: [", "just words"])
def test_what_is_no_recognizer_file_is_refused(text: str) -> None:
    with pytest.raises(ImportFailed):
        presidio.read(text)
