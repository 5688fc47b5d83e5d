"""Prompts that are no plain text: tool arguments, media, tokens, embeddings; and the attributes that other tools are known to miss."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.service.redaction.otlp_requests import as_json, spans, wire
from tests.service.redaction.planted import ADDRESS, EMAIL, PASSWORD, redacted
from tests.service.redaction.prompt_shapes import modes

QUESTION = "Is Ida Brand well again?"
PIXELS = base64.b64encode(bytes(range(256)) * 3).decode()
MARKER = f"[REDACTED:prompt;chars={len(QUESTION)}]"
PICTURE = f"data:image/png;base64,{PIXELS}"
NO_PICTURE = "data:image/png;redacted,bytes=768"
NO_PIXELS = f"[REDACTED:prompt;chars={len(PIXELS)}]"
SIGNED = "https://files.example/scans/ida.png?X-Amz-Expires=60&X-Amz-Signature=5f2c"


def summarized(document: Any, mode: str = "summarize") -> Any:
    payload = json.dumps(document)
    plan = modes().for_tenant(mode)
    once = redacted("json", payload, plan).payload
    assert redacted("json", once, plan).payload == once
    nested = redacted("ndjson", json.dumps({"body": payload}), plan).payload
    assert json.loads(json.loads(nested)["body"]) == json.loads(once)
    return json.loads(once)


def user(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": list(parts)}]}


MEDIA: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "OpenAI image": (
        {"type": "image_url", "image_url": {"url": PICTURE, "detail": "low"}},
        {"type": "image_url", "image_url": {"url": NO_PICTURE, "detail": "low"}},
    ),
    "responses image": ({"type": "input_image", "image_url": PICTURE}, {"type": "input_image", "image_url": NO_PICTURE}),
    "text data": ({"type": "file", "url": "data:text/plain,a%20b"}, {"type": "file", "url": "data:text/plain;redacted,bytes=3"}),
    "signed URL": (
        {"type": "image_url", "image_url": {"url": SIGNED}},
        {"type": "image_url", "image_url": {"url": "https://files.example/REDACTED-prompt"}},
    ),
    "user in a URL": ({"type": "uri", "uri": "s3://ida:brand@bucket/x.png"}, {"type": "uri", "uri": "s3://bucket/REDACTED-prompt"}),
    "Anthropic image": (
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXELS}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": NO_PIXELS}},
    ),
    "Gemini inline": (
        {"inlineData": {"mimeType": "image/jpeg", "data": PIXELS}},
        {"inlineData": {"mimeType": "image/jpeg", "data": NO_PIXELS}},
    ),
    "OpenAI audio": (
        {"type": "input_audio", "input_audio": {"data": PIXELS, "format": "wav"}},
        {"type": "input_audio", "input_audio": {"data": NO_PIXELS, "format": "wav"}},
    ),
}


@pytest.mark.parametrize("name", MEDIA)
def test_media_show_their_type_and_size_alone(name: str) -> None:
    before, after = MEDIA[name]
    assert summarized(user(before)) == user(after)


def test_generated_images_show_their_size_alone() -> None:
    before = {"created": 1, "data": [{"b64_json": PIXELS, "revised_prompt": QUESTION}], "usage": {"input_tokens": 5}}
    assert PIXELS[:40] not in json.dumps(summarized(before))


@pytest.mark.parametrize("name", MEDIA)
def test_where_only_entities_go_what_no_detector_reads_goes_too(name: str) -> None:
    text = json.dumps(summarized(user(MEDIA[name][0]), "redact_entities"))
    assert PIXELS[:40] not in text
    assert "X-Amz-Signature" not in text
    assert "a%20b" not in text
    assert ("ida.png" in text) == (name == "signed URL"), "the URL itself stays, as text does"


CALLS: dict[str, tuple[str, Any]] = {
    "a string of JSON": (json.dumps({"to": QUESTION, "n": 4711, "ok": True}), {"to": MARKER, "n": None, "ok": True}),
    "a string of a JSON string": (json.dumps(QUESTION), MARKER),
    "a string of a JSON number": ("4711", None),
    "a string of a list": (json.dumps([QUESTION, {"deep": 4711}]), [MARKER, {"deep": None}]),
}


@pytest.mark.parametrize("name", CALLS)
def test_tool_arguments_that_are_a_string_stay_json(name: str) -> None:
    before, after = CALLS[name]
    call = {"id": "c1", "type": "function", "function": {"name": "send", "arguments": before}}
    rewritten = summarized({"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]}]})
    function = rewritten["messages"][0]["tool_calls"][0]["function"]
    assert function["name"] == "send"
    assert json.loads(function["arguments"]) == after


def test_tool_arguments_that_are_an_object_keep_their_names() -> None:
    part = {"type": "tool_use", "id": "t1", "name": "send", "input": {"to": QUESTION, "n": 4711, "list": [1.5, QUESTION]}}
    rewritten = summarized({"model": "m", "messages": [{"role": "assistant", "content": [part]}]})
    assert rewritten["messages"][0]["content"][0]["input"] == {"to": MARKER, "n": None, "list": [None, MARKER]}


@pytest.mark.parametrize("mode", ["redact_entities", "drop"])
@pytest.mark.parametrize("wrapped", [True, False], ids=["string", "object"])
def test_tool_arguments_stay_json_in_every_mode(mode: str, wrapped: bool) -> None:
    arguments = {"to": f"mail {ADDRESS}", "password": PASSWORD, "n": 4711}
    call = {"id": "c1", "type": "function", "function": {"name": "send", "arguments": json.dumps(arguments) if wrapped else arguments}}
    rewritten = summarized({"model": "m", "messages": [{"role": "assistant", "content": None, "tool_calls": [call]}]}, mode)
    after = rewritten["messages"][0]["tool_calls"][0]["function"].get("arguments", {})
    after = json.loads(after) if isinstance(after, str) else after
    if mode == "drop":
        assert set(after) <= {"n"} or after == {}
    else:
        assert after == {"to": f"mail {EMAIL}", "password": "[REDACTED:password]", "n": 4711}


TOKENS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "OpenAI logprobs": (
        {
            "model": "m",
            "choices": [{"index": 0, "logprobs": {"content": [{"token": "Ida", "bytes": [73, 100, 97], "logprob": -0.1, "top_logprobs": []}]}}],
        },
        {"model": "m", "choices": [{"index": 0, "logprobs": {"content": []}}]},
    ),
    "legacy logprobs": (
        {"model": "m", "choices": [{"logprobs": {"tokens": ["Ida"], "token_logprobs": [-0.1], "top_logprobs": [{"Ida": -0.1}], "text_offset": [0]}}]},
        {"model": "m", "choices": [{"logprobs": {"tokens": [], "token_logprobs": [], "top_logprobs": [], "text_offset": []}}]},
    ),
    "Gemini": (
        {
            "modelVersion": "m",
            "candidates": [{"content": {"role": "model", "parts": []}, "logprobsResult": {"chosenCandidates": [{"token": "Ida"}]}}],
        },
        {"modelVersion": "m", "candidates": [{"content": {"role": "model", "parts": []}, "logprobsResult": {"chosenCandidates": []}}]},
    ),
    "Ollama": (
        {"model": "m", "response": "", "done": True, "context": [128006, 882], "eval_count": 5},
        {"model": "m", "response": "", "done": True, "context": [], "eval_count": 5},
    ),
    "text generation": (
        {
            "generated_text": QUESTION,
            "details": {"tokens": [{"id": 1, "text": "Ida", "logprob": -0.1}], "prefill": [{"text": "Is"}], "generated_tokens": 1},
        },
        {"generated_text": MARKER, "details": {"tokens": [], "prefill": [], "generated_tokens": 1}},
    ),
    "token ids": ({"model": "m", "prompt": "", "prompt_token_ids": [1, 338]}, {"model": "m", "prompt": "", "prompt_token_ids": []}),
    "embeddings": (
        {"object": "list", "model": "m", "data": [{"index": 0, "embedding": [0.1, 0.2]}], "usage": {"prompt_tokens": 2}},
        {"object": "list", "model": "m", "data": [{"index": 0, "embedding": []}], "usage": {"prompt_tokens": 2}},
    ),
}


@pytest.mark.parametrize("mode", ["summarize", "redact_entities"])
@pytest.mark.parametrize("name", TOKENS)
def test_lists_that_are_the_text_in_another_form_are_emptied(name: str, mode: str) -> None:
    before, after = TOKENS[name]
    assert summarized(before, mode) == (after if mode == "summarize" else json.loads(json.dumps(after).replace(MARKER, QUESTION)))


@pytest.mark.parametrize("codec", ["otlp_proto:traces", "otlp_json:traces"])
def test_lists_that_are_the_text_in_another_form_are_emptied_in_otlp(codec: str) -> None:
    def request(numbers: list[object], chosen: list[object]) -> bytes:
        attributes = {
            "embedding.embeddings.0.embedding.vector": numbers,
            "gen_ai.output.messages": [{"role": "assistant", "logprobs": {"content": chosen}, "token_ids": numbers}],
        }
        return (wire if codec.startswith("otlp_proto") else as_json)(spans(attributes))

    plan = modes().for_tenant("summarize")
    after = redacted(codec, request([0.25, 0.5], [{"token": "Ida"}]), plan).payload
    expected = request([], [])
    if codec.startswith("otlp_json"):
        after, expected = (json.dumps(json.loads(one)).replace('{"values": []}', "{}").encode() for one in (after, expected))
    assert after == expected


MISSED: dict[str, object] = {
    "gen_ai.prompt.0.tool_calls.0.arguments": json.dumps({"q": QUESTION}),
    "llm.input_messages.0.message.contents.0.message_content.text": QUESTION,
    "ai.prompt.messages": json.dumps([{"role": "user", "content": [{"type": "text", "text": QUESTION}]}]),
    "ai.prompt": json.dumps({"prompt": QUESTION}),
    "langfuse.observation.input": json.dumps([{"role": "user", "content": QUESTION}]),
    "langfuse.observation.output": QUESTION,
    "langfuse.trace.input": QUESTION,
    "langfuse.trace.output": json.dumps({"answer": QUESTION}),
    "mlflow.spanInputs": json.dumps({"messages": [{"role": "user", "content": QUESTION}]}),
    "mlflow.spanOutputs": json.dumps({"choices": [{"message": {"content": QUESTION}}]}),
    "mlflow.chat.messages": json.dumps([{"role": "user", "content": QUESTION}]),
    "gen_ai.input.messages": [
        {"role": "user", "parts": [{"type": "blob", "modality": "image", "content": QUESTION}, {"type": "text", "content": QUESTION}]}
    ],
    "llm.input_messages.0.message.contents.1.message_content.image.image.url": f"data:image/png;base64,{QUESTION}",
}


@pytest.mark.parametrize("mode", ["summarize", "replace", "drop"])
@pytest.mark.parametrize("name", MISSED)
@pytest.mark.parametrize("codec", ["otlp_proto:traces", "otlp_json:traces", "otlp_json:traces, indented"])
def test_what_a_known_handler_lets_pass_goes(codec: str, name: str, mode: str) -> None:
    """The AWS Distro for OpenTelemetry's handler goes by exact names and four patterns; these pass it."""
    request = spans({"gen_ai.request.model": "gpt-4o", name: MISSED[name]})
    payload = wire(request) if codec.startswith("otlp_proto") else as_json(request, indent=1 if "indented" in codec else None)
    plan = modes().for_tenant(mode)
    after = redacted(codec.partition(",")[0], payload, plan)
    assert QUESTION.encode() not in after.payload
    assert b"gpt-4o" in after.payload
    assert not after.report.unprocessable
    assert redacted(codec.partition(",")[0], after.payload, plan).payload == after.payload
