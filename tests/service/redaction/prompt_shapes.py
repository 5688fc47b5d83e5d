"""Requests and responses of language models, each with what every role says in it; and plans that hold one role's words back.

All texts of a role are ``<role> says it <n>``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from config.prompts import Role
from service.redaction.plan import Plan
from tests.service.redaction.otlp_requests import as_json, logs, spans, value_of, wire
from tests.service.redaction.planted import plan_of

ROLES: tuple[Role, ...] = ("system", "user", "assistant", "tool")
SAYS = re.compile(r"(system|user|assistant|tool) says it [0-9]")
FEW = {"off": ["secret", "contact", "financial", "government", "network"], "on": ["openai", "email", "assigned_password"]}
SIGNING = {"keys": [{"id": "k1", "key": "a-key-for-tests-only"}]}


@cache
def modes() -> Plan:
    """A plan whose tenants differ: ``replace-user`` replaces what users say and keeps the rest; ``drop`` drops all of it; and so on."""
    tenants: dict[str, Any] = {mode: {"mode": mode} for mode in ("summarize", "replace", "redact_entities", "drop", "keep", "observe")}
    for mode in ("replace", "drop", "redact_entities"):
        tenants |= {f"{mode}-{role}": {"mode": "keep", "roles": {role: mode}} for role in ROLES}
    tenants["all but user"] = {"mode": "drop", "roles": {"user": "keep"}}
    return plan_of(detectors=FEW, prompts={"mode": "summarize", "tenants": tenants})


OPENAI = {
    "model": "gpt-4o",
    "messages": [
        {"role": "system", "content": "system says it 1"},
        {"role": "developer", "content": [{"type": "text", "text": "system says it 2"}]},
        {"role": "user", "content": "user says it 1"},
        {
            "role": "assistant",
            "content": "assistant says it 1",
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"q": "tool says it 1"}'}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": '{"found": "tool says it 2"}'},
        {"role": "function", "name": "f", "content": "tool says it 3"},
    ],
    "tools": [{"type": "function", "function": {"name": "f", "description": "tool says it 4"}}],
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "assistant says it 2"}}, {"text": "assistant says it 3"}],
}
RESPONSES = {
    "model": "gpt-4.1",
    "instructions": "system says it 1",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "user says it 1"}]},
        {"type": "function_call", "call_id": "f1", "name": "f", "arguments": '{"q": "tool says it 1"}'},
        {"type": "function_call_output", "call_id": "f1", "output": "tool says it 2"},
    ],
    "output": [
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "assistant says it 1"}]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "assistant says it 2"}]},
    ],
}
ANTHROPIC = {
    "model": "claude-sonnet-4-5",
    "system": [{"type": "text", "text": "system says it 1"}],
    "messages": [
        {"role": "user", "content": "user says it 1"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "assistant says it 1"},
                {"type": "text", "text": "assistant says it 2"},
                {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"q": "tool says it 1"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "tool says it 2"}]},
                {"type": "text", "text": "user says it 2"},
            ],
        },
    ],
    "max_tokens": 9,
}
GEMINI = {
    "systemInstruction": {"parts": [{"text": "system says it 1"}]},
    "contents": [
        {"role": "user", "parts": [{"text": "user says it 1"}]},
        {"role": "model", "parts": [{"text": "assistant says it 1"}, {"functionCall": {"name": "f", "args": {"q": "tool says it 1"}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"a": "tool says it 2"}}}]},
    ],
    "candidates": [{"content": {"role": "model", "parts": [{"text": "assistant says it 2"}]}, "finishReason": "STOP"}],
}
BEDROCK = {
    "schemaType": "ModelInvocationLog",
    "input": {
        "inputBodyJson": {
            "system": [{"text": "system says it 1"}],
            "messages": [
                {"role": "user", "content": [{"text": "user says it 1"}]},
                {"role": "user", "content": [{"toolResult": {"toolUseId": "t0", "content": [{"text": "tool says it 1"}]}}]},
            ],
        }
    },
    "output": {
        "outputBodyJson": {
            "output": {
                "message": {
                    "role": "assistant",
                    "content": [{"text": "assistant says it 1"}, {"toolUse": {"toolUseId": "t1", "name": "f", "input": {"q": "tool says it 2"}}}],
                }
            }
        }
    },
}
COHERE = {
    "model": "command-r",
    "preamble": "system says it 1",
    "message": "user says it 1",
    "chat_history": [{"role": "USER", "message": "user says it 2"}, {"role": "CHATBOT", "message": "assistant says it 1"}],
    "documents": [{"title": "t", "snippet": "tool says it 1"}],
}
LANGCHAIN = {
    "messages": [
        {"type": "human", "data": {"content": "user says it 1"}},
        {"type": "ai", "data": {"content": "assistant says it 1", "tool_calls": [{"name": "f", "args": {"q": "tool says it 1"}}]}},
        {"type": "system", "content": "system says it 1"},
        {"type": "tool", "content": "tool says it 2"},
        {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", "HumanMessage"], "kwargs": {"content": "user says it 2"}},
    ]
}
PYDANTIC_AI = {
    "messages": [
        {
            "kind": "request",
            "parts": [
                {"part_kind": "system-prompt", "content": "system says it 1"},
                {"part_kind": "user-prompt", "content": "user says it 1"},
                {"part_kind": "tool-return", "tool_name": "f", "content": "tool says it 1"},
            ],
        },
        {"role": "assistant", "parts": [{"part_kind": "text", "content": "assistant says it 1"}]},
    ]
}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "OpenAI chat": OPENAI,
    "OpenAI responses": RESPONSES,
    "Anthropic": ANTHROPIC,
    "Gemini": GEMINI,
    "Bedrock": BEDROCK,
    "Cohere": COHERE,
    "LangChain": LANGCHAIN,
    "Pydantic AI": PYDANTIC_AI,
}
GENAI: dict[str, Any] = {
    "gen_ai.system_instructions": [{"type": "text", "content": "system says it 1"}],
    "gen_ai.input.messages": [
        {"role": "system", "parts": [{"type": "text", "content": "system says it 2"}]},
        {"role": "user", "parts": [{"type": "text", "content": "user says it 1"}]},
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "f", "arguments": {"q": "tool says it 1"}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "tool says it 2"}]},
    ],
    "gen_ai.output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "assistant says it 1"}], "finish_reason": "stop"}],
    "gen_ai.tool.definitions": [{"type": "function", "name": "f", "description": "tool says it 3"}],
    "gen_ai.tool.call.arguments": {"q": "tool says it 4"},
}
NUMBERED: dict[str, Any] = {
    "gen_ai.prompt.0.role": "system",
    "gen_ai.prompt.0.content": "system says it 1",
    "gen_ai.prompt.1.content": "user says it 1",
    "gen_ai.prompt.1.role": "user",
    "gen_ai.prompt.2.role": "assistant",
    "gen_ai.prompt.2.content": "assistant says it 1",
    "gen_ai.prompt.2.tool_calls.0.arguments": '{"q": "tool says it 1"}',
    "gen_ai.prompt.3.role": "tool",
    "gen_ai.prompt.3.content": "tool says it 2",
    "gen_ai.completion.0.content": "assistant says it 2",
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": "system says it 2",
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.contents.0.message_content.text": "user says it 2",
    "llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments": '{"q": "tool says it 3"}',
    "llm.output_messages.0.message.content": "assistant says it 3",
}


def as_strings(attributes: dict[str, Any]) -> dict[str, object]:
    """Attributes as most SDKs write them: what isn't plain is JSON in a string."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in attributes.items()}


def events() -> Any:
    """A span whose events hold messages."""
    request = spans({"gen_ai.system": "openai"})
    span = request.resource_spans[0].scope_spans[0].spans[0]
    for name, key, text in (
        ("gen_ai.system.message", "gen_ai.event.content", '{"content": "system says it 1"}'),
        ("gen_ai.user.message", "content", "user says it 1"),
        ("gen_ai.assistant.message", "gen_ai.event.content", '{"content": "assistant says it 1"}'),
        ("gen_ai.tool.message", "content", "tool says it 1"),
        ("gen_ai.choice", "message", "assistant says it 2"),
    ):
        event = span.events.add(name=name, time_unix_nano=1)
        event.attributes.add(key=key).value.CopyFrom(value_of(text))
    return request


def log_events() -> Any:
    """Log records whose events' names tell the role of their bodies."""
    request = logs(
        {"content": "system says it 1"},
        {"content": "user says it 1"},
        {"message": {"content": "assistant says it 1", "tool_calls": [{"type": "function", "function": {"arguments": {"q": "tool says it 1"}}}]}},
        {"content": "tool says it 2", "id": "c1"},
    )
    names = ("gen_ai.system.message", "gen_ai.user.message", "gen_ai.choice", "gen_ai.tool.message")
    for record, name in zip(request.resource_logs[0].scope_logs[0].log_records, names, strict=True):
        record.event_name = name
        record.attributes.add(key="gen_ai.system").value.string_value = "openai"
    return request


REQUESTS: dict[str, tuple[str, Any]] = {
    "structured": ("traces", spans(GENAI)),
    "strings": ("traces", spans(as_strings(GENAI))),
    "numbered": ("traces", spans(NUMBERED)),
    "two spans": ("traces", spans({"gen_ai.prompt.0.role": "user", "gen_ai.system": "x"}, {**NUMBERED, "gen_ai.prompt.0.role": "system"})),
    "span events": ("traces", events()),
    "log events": ("logs", log_events()),
    "unknown name": ("traces", spans({"gen_ai.request.model": "m", "acme.list": OPENAI["messages"]})),
}
_WRITE: dict[str, Callable[[Any], bytes]] = {"otlp_proto": wire, "otlp_json": as_json}


def payloads() -> dict[str, tuple[str, bytes]]:
    """Every shape in every codec: name → ``(codec, payload)``."""
    out: dict[str, tuple[str, bytes]] = {}
    for name, document in {**DOCUMENTS, "numbered": NUMBERED, "GenAI": GENAI}.items():
        text = json.dumps(document)
        out[f"{name}, json"] = "json", json.dumps(document, indent=1).encode()
        out[f"{name}, nested"] = "ndjson", json.dumps({"level": "info", "body": text}).encode()
        out[f"{name}, twice nested"] = "ndjson", json.dumps({"log": json.dumps({"body": text})}).encode()
        out[f"{name}, after words"] = "text", f"2026-05-04 DEBUG got {text}\n".encode()
        for codec, write in _WRITE.items():
            out[f"{name}, {codec} body"] = f"{codec}:logs", write(logs(text))
    for name, (signal, request) in REQUESTS.items():
        for codec, write in _WRITE.items():
            out[f"{name}, {codec}"] = f"{codec}:{signal}", write(request)
    return out


PAYLOADS = payloads()
