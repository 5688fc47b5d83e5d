"""Lines that SDKs, servers, frameworks and interpreters print with prompts in them, none of which is JSON as a whole.

``test_prompt_shapes_text.jsonl`` holds them, put together after the format strings of what prints them. What stands between « and » is
content: no word of it may come out.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from load.plans import default_plan
from service.redaction.pipeline import rewrite
from tests.service.redaction.otlp_requests import as_json, logs, wire
from tests.service.redaction.planted import out

ROWS = [json.loads(line) for line in (Path(__file__).parent / "test_prompt_shapes_text.jsonl").read_text("utf-8").splitlines()]
MARKED: dict[str, str] = {row["name"]: row["text"] for row in ROWS}
KEPT: dict[str, tuple[str, ...]] = {
    "chat completion repr": ("chatcmpl-77", "finish_reason='stop'", "role='assistant'", "call_8", "get_ledger", "gpt-4o-mini", "total_tokens=37"),
    "anthropic repr": ("msg_01", "toolu_9", "accuse", "stop_reason='tool_use'", "{'who': '[REDACTED:prompt;chars=8]'}", "input_tokens=12"),
    "human message": ("[SystemMessage(content=", "HumanMessage(content=", "id='run-7'"),
    "document": ("metadata={'source': ", "'page': 3"),
    "gemini repr": ("role='model'", "<FinishReason.STOP: 'STOP'>", "gemini-2.0-flash", "prompt_token_count=20"),
    "request options": (
        "'url': '/chat/completions'",
        "stainless-python-retry-1",
        "'role': 'user'",
        "'model': 'gpt-4o'",
        "NOT_GIVEN",
        "datetime.datetime(2031, 5, 4, 9, 0)",
    ),
    "request options cut": ("'url': '/chat/completions'", "Timeout(connect=5.0, read=600)", "'role': 'user'"),
    "vllm": ("chatcmpl-7d1", "SamplingParams(n=1, temperature=0.0)", "prompt_embeds shape: None", "lora_request: None"),
    "vllm output": ("chatcmpl-7d1", "finish_reason: stop"),
    "litellm curl": ("curl -X POST", "https://api.openai.com/v1/", "'model': 'gpt-4o'", "09:15:03 - next"),
    "langchain start": ("[llm/start]", "[llm:ChatOpenAI] [1.20s]", "next line stays"),
    "traceback": ('File "/app/ask.py", line 12, in ask', 'model="gpt-4o"', "invalid_request_error", "messages[0]"),
    "pydantic": ("1 validation error for ChatRequest", "messages.0.content", "type=list_type", "input_type=str"),
    "fastapi": ("'type': 'missing'", "('body', 'model')", "Field required"),
    "access log": ("POST /ask?q=", "&lang=en", '200 88 "-" "curl/8"'),
    "access chat": ("GET /api/chat?prompt=", "&session=42"),
    "nginx body": ('"POST /ask HTTP/1.1" 200 88', r"\x22n\x22:1"),
    "sse lines": ('"id":"c1"', "data: [DONE]"),
    "pprint": ("'max_tokens': 9", "'model': 'gpt-4o'"),
}


def plain(name: str) -> str:
    return MARKED[name].replace("«", "").replace("»", "")


def words(name: str) -> set[str]:
    contents = re.findall("«(.*?)(?:»|$)", MARKED[name], re.DOTALL)
    return {word for content in contents for word in re.findall("[A-Za-z]{5,}", content)}


@pytest.mark.parametrize("name", MARKED)
def test_no_word_of_content_comes_out_of_a_line_a_field_or_a_record(name: str) -> None:
    text = plain(name)
    payloads = {
        "text": text.encode(),
        "ndjson": json.dumps({"level": "debug", "message": text}).encode(),
        "otlp_proto:logs": wire(logs(text)),
        "otlp_json:logs": as_json(logs(text)),
    }
    for codec, payload in payloads.items():
        rewritten = rewrite(codec, payload, default_plan()).payload
        assert [word for word in words(name) if word.encode() in rewritten] == [], codec
        assert rewrite(codec, rewritten, default_plan()).payload == rewritten, codec
        if codec.endswith(("json", "json:logs")):
            json.loads(rewritten)


@pytest.mark.parametrize("name", KEPT)
def test_what_is_no_content_stays(name: str) -> None:
    rewritten = out("text", plain(name))
    assert [part for part in KEPT[name] if part not in rewritten] == []


@pytest.mark.parametrize(
    "text",
    [
        "GET /search?q=red+shoes HTTP/1.1",
        "GET /products?query=red&page=2",
        '"GET /find?text=shoes HTTP/1.1" 200 "https://chat.example.com/"',
        "1 validation error for Settings\nport\n  Input should be a valid integer [type=int_parsing, input_value='eighty', input_type=str]",
        "ValueError: Invalid value: 'abc'",
        "    value = compute(x)\n            │       └ 'abc'",
        "{'message': 'queue is full', 'result': 'ok', 'response': 'accepted', 'delta': 'small'}",
        "Job(result='done', response='accepted', delta='small')",
        r'body="{\"message\":\"queue is full\",\"result\":\"done\",\"content\":\"text/plain\"}"',
        "(venv) the prompt = something else",
        "command-line prompt shown; completion of task 4",
    ],
)
def test_lines_of_services_that_speak_to_no_model_stay(text: str) -> None:
    assert out("text", text) == text


def test_a_value_beside_a_prompt_in_a_repr_is_looked_at_like_any_other() -> None:
    address = "ada.lovelace" + "@" + "example.com"
    rewritten = out("text", f"options: {{'user': '{address}', 'messages': [{{'role': 'user', 'content': 'It\\'s mine'}}]}}")
    assert rewritten == "options: {'user': '[REDACTED:email]', 'messages': [{'role': 'user', 'content': '[REDACTED:prompt;chars=9]'}]}"


def test_arguments_of_tools_stay_json_in_every_quoting() -> None:
    arguments = json.dumps({"owner": "Wilmot Quade", "year": 2031})
    call = {"messages": [{"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": arguments}}]}]}
    expected = {"owner": "[REDACTED:prompt;chars=12]", "year": None}
    in_repr = re.search(r"'arguments': '(.*?)'", out("text", f"sending {call!r}"))
    in_quotes = re.search(r'body=("(?:[^"\\]|\\.)*")', out("text", f"body={json.dumps(json.dumps(call))} n=1"))
    assert in_repr is not None
    assert in_quotes is not None
    assert json.loads(in_repr.group(1)) == expected
    inside = json.loads(json.loads(in_quotes.group(1)))
    assert json.loads(inside["messages"][0]["tool_calls"][0]["function"]["arguments"]) == expected
