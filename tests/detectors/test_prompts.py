"""Prompts by the name of their field, in text that need not parse, and which names are prompts at all."""

from __future__ import annotations

import json

import pytest

from config.prompt_catalogue import load_prompt_keys
from detectors.prompt_field import prompt_detectors
from detectors.prompt_keys import NOT_PROMPTS, PromptKeys
from detectors.scanner import Scanner
from tests.detectors.scanning import spans

ROWS, KEEP = load_prompt_keys()
KEYS = PromptKeys(ROWS, KEEP)
SCANNER = Scanner(prompt_detectors(KEYS))
QUESTION = "Is Ida Brand well again?"


def found(text: str) -> list[str]:
    """What is found, overlapping findings as one."""
    raw = text.encode()
    return [raw[start:end].decode() for start, end in spans(SCANNER, raw)]


FORMS = (
    'prompt="{}" ok=1',
    "prompt='{}' ok=1",
    '{{"prompt":"{}","n":1}}',
    '{{"prompt" : "{}"}}',
    "{{'prompt': '{}', 'n': 1}}",
    '{{\\"prompt\\":\\"{}\\"}}',
    '{{\\\\\\"prompt\\\\\\":\\\\\\"{}\\\\\\"}}',
    "\\x22prompt\\x22:\\x22{}\\x22",
    "Params(prompt='{}', n=1)",
    'cut {{"a":1,"prompt":"{}',
    'cut "{{\\"a\\":1,\\"prompt\\":\\"{}',
    '\\nprompt="{}"',
    'kwargs.prompt="{}"',
    'gen_ai.prompt="{}"',
    "%22prompt%22%3A%22{}%22",
)


@pytest.mark.parametrize("form", FORMS)
def test_a_prompt_is_found_in_any_syntax(form: str) -> None:
    question = QUESTION.replace(" ", "%20") if "%" in form else QUESTION
    assert found(form.format(question)) == [question]


def test_messages_are_found_whole_and_cut_ones_to_their_end() -> None:
    messages = json.dumps([{"role": "user", "content": QUESTION}])
    assert found(f'"model":"m","messages":{messages},"n":1') == [messages]
    for cut in range(2, len(messages) - 1):
        assert "".join(found(f'x "messages":{messages[:cut]}')).rstrip() == messages[:cut].rstrip(), cut


@pytest.mark.parametrize(
    "text",
    [
        "shell prompt returned after 12 ms",
        "prompt: ",
        'max_tokens=5 prompt_tokens=10 completion_tokens="4"',
        "gen_ai.system=openai gen_ai.request.model=m gen_ai.operation.name=chat",
        'prompt="" messages=[] completion=null',
        'prompt="[REDACTED:prompt;chars=4]"',
        'input="a file" output="another file" content="text/html" text="hello"',
        '{"message":"queue is full","content":"text/plain","input":"stdin"}',
    ],
)
def test_what_is_no_prompt_is_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("name", ["input", "output", "content", "text"])
def test_ordinary_words_count_only_where_the_record_is_about_a_language_model(name: str) -> None:
    assert found(f"{name}='{QUESTION}' size=4") == []
    assert found(f"{name}='{QUESTION}' gen_ai.system=openai") == [QUESTION]
    assert found(f"gen_ai.system=openai ok\n{name}='{QUESTION}' size=4") == []


def test_the_keep_list_wins() -> None:
    for row in KEEP:
        key = row["key"].replace("**", "x.y").replace("*", "x").encode()
        assert KEYS.scope(key) is None, row["key"]


def test_every_catalogued_attribute_is_a_prompt_unless_it_is_kept() -> None:
    missed = []
    for row in ROWS:
        key = row["key"].encode()
        if row["kind"] != "attribute" or key in NOT_PROMPTS:
            continue
        if row["match"] == "prefix":
            key += b"x"
        if row["match"] == "glob":
            key = key.replace(b"**", b"x.y").replace(b"*", b"0")
        if not KEYS.keeps(key) and KEYS.scope(key) is None:
            missed.append(row["key"])
    assert missed == []


@pytest.mark.parametrize("name", ["gen_ai.prompt.0.content", "gen_ai.completion.12.content", "llm.input_messages.0.message.content"])
def test_globs_stand_for_one_segment_or_more(name: str) -> None:
    assert KEYS.scope(name.encode()) == "always"


@pytest.mark.parametrize("name", ["prompt", "messages", "completion", "system_prompt", "gen_ai.input.messages", "gen_ai.output.messages"])
def test_distinctive_names_count_anywhere(name: str) -> None:
    assert KEYS.scope(name.encode()) == "always"


@pytest.mark.parametrize("name", ["Prompt", "PROMPT_X", "prompts_total", "prompt_tokens", "messages_sent", "usermessages", ""])
def test_names_compare_exactly(name: str) -> None:
    assert KEYS.scope(name.encode()) is None


PHRASES = ("Rendered prompt: ", "Function result: ", "Function arguments: ", "Prompt after formatting:\n", "RAW RESPONSE:\n")


@pytest.mark.parametrize("phrase", PHRASES)
def test_what_frameworks_print_behind_a_fixed_phrase_is_found(phrase: str) -> None:
    assert found(f"INFO {phrase}{QUESTION}\n2026-03-14 INFO next") == [QUESTION]


def test_a_phrase_over_several_lines_ends_at_the_next_record() -> None:
    text = f"Prompt after formatting:\nHuman: {QUESTION}\nand more\n\n2026-03-14 09:00:00 INFO next"
    assert found(text) == [f"Human: {QUESTION}\nand more"]
