"""The detection as each peer wants it written: a program of VRL, settings of processors, rules of gitleaks, patterns with replacements."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from load.peers.detection import MARK, PATTERNS, PROMPT_ATTRIBUTES, SECRET_ATTRIBUTES, VALUES, Pattern

Settings = dict[str, Any]
"""What a harness reads: plain JSON."""


def replacing(patterns: Sequence[Pattern], group: str) -> list[dict[str, str]]:
    """Patterns with what takes a match's place; ``group`` is how a dialect names the first group."""
    return [{"regex": each.regex, "replacement": (group if each.before else "") + MARK} for each in patterns]


def rust_regex(work: str, engine: str = "regex") -> Settings:
    return {"engine": engine, "patterns": replacing(PATTERNS[work], "${1}")}


def python(work: str, engine: str) -> Settings:
    return {"engine": engine, "patterns": replacing(PATTERNS[work], r"\g<1>")}


_READ = ". = object!(parse_json!(string!(.message)))"
_REDACT = "if exists({field}) {{ {field} = {mark} }}"
_NESTED = """\
body, error = parse_json(.body)
if error == null && is_object(body) {{
  body = object!(body)
  messages = array!(body.messages)
  for_each(messages) -> |index, message| {{ message = set!(message, ["content"], {mark}); messages = set!(messages, [index], message) }}
  body.messages = messages
  .body = encode_json(body)
}}
response, error = parse_json(.response)
if error == null && is_object(response) {{
  response = object!(response)
  choices = array!(response.choices)
  for_each(choices) -> |index, choice| {{ choice = set!(choice, ["message", "content"], {mark}); choices = set!(choices, [index], choice) }}
  response.choices = choices
  .response = encode_json(response)
}}"""


def vrl(work: str) -> Settings:
    """The event is read as JSON, prompts are replaced where they are known to lie, and ``redact`` goes over what every field holds."""
    mark = json.dumps(MARK)
    prompts = _NESTED.format(mark=mark) if work == "gateway" else _REDACT.format(field=".prompt", mark=mark)
    filters = ", ".join(f"r'{each.regex}'" for each in VALUES)
    return {"engine": "vrl", "program": "\n".join((_READ, prompts, f". = redact(., filters: [{filters}])"))}


def redaction_processor(work: str) -> Settings:
    keys = "|".join(key.replace(".", r"\.") for key in (*SECRET_ATTRIBUTES, *PROMPT_ATTRIBUTES))
    config = {
        "allow_all_keys": True,
        "blocked_values": [each.regex for each in PATTERNS[work]],
        "blocked_key_patterns": [f"^(?:{keys})$"],
        "summary": "silent",
    }
    return {"engine": "collector", "processors": [{"type": "redaction", "config": config}]}


def transform_processor(work: str) -> Settings:
    """OTTL statements: attributes of spans and events, the status message, and what is sensitive by its name."""
    regexes = [json.dumps(each.regex) for each in PATTERNS[work]]
    mark = json.dumps(MARK)
    named = [f"span.attributes[{json.dumps(key)}]" for key in (*SECRET_ATTRIBUTES, *PROMPT_ATTRIBUTES)]
    span = [f"set({path}, {mark}) where {path} != nil" for path in named]
    span += [f'replace_all_patterns(span.attributes, "value", {regex}, {mark})' for regex in regexes]
    span += [f"replace_pattern(span.status.message, {regex}, {mark})" for regex in regexes]
    event = [f'replace_all_patterns(spanevent.attributes, "value", {regex}, {mark})' for regex in regexes]
    config = {
        "error_mode": "propagate",
        "trace_statements": [{"context": "span", "statements": span}, {"context": "spanevent", "statements": event}],
    }
    return {"engine": "collector", "processors": [{"type": "transform", "config": config}]}


def gitleaks(work: str, *, own_rules: bool) -> Settings:
    """Rules in gitleaks' TOML, whose strings in three quotes have no escapes; with ``own_rules`` beside those of its release."""
    rules = ["[extend]\nuseDefault = true\n"] if own_rules else []
    for number, each in enumerate(PATTERNS[work]):
        keywords = f"keywords = {json.dumps(each.words)}\n" if each.words else ""
        regex = f"(?:{each.before})({each.value})" if each.before else each.value  # a finding's secret is its first group
        rules.append(f"[[rules]]\nid = \"same-{number}\"\ndescription = \"{each.kind}\"\nregex = '''{regex}'''\n{keywords}")
    return {"engine": "gitleaks", "rules": "\n".join(rules)}
