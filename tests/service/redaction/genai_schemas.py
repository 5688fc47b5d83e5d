"""What OpenTelemetry's conventions for generative AI want of messages, instructions and tool definitions, as JSON schemas.

Written from ``docs/gen-ai/gen-ai-{input-messages,output-messages,system-instructions,tool-definitions}.json`` of
open-telemetry/semantic-conventions at v1.41.1, descriptions left out. One part of a message differs from another by its row in a table.
Also: generated documents that fulfil them.
"""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_MAYBE_TEXT: Schema = {"anyOf": [_TEXT, {"type": "null"}]}
_TYPED: Schema = {"type": "object", "properties": {"type": _TEXT}, "required": ["type"]}
_PARTS: dict[str, tuple[str, Schema, tuple[str, ...]]] = {
    # name: (its type, its members, those that must be there)
    "text": ("text", {"content": _TEXT}, ("content",)),
    "reasoning": ("reasoning", {"content": _TEXT}, ("content",)),
    "call": ("tool_call", {"id": _MAYBE_TEXT, "name": _TEXT, "arguments": {}}, ("name",)),
    "response": ("tool_call_response", {"id": _MAYBE_TEXT, "response": {}}, ("response",)),
    "server call": ("server_tool_call", {"id": _MAYBE_TEXT, "name": _TEXT, "server_tool_call": _TYPED}, ("name", "server_tool_call")),
    "server response": ("server_tool_call_response", {"id": _MAYBE_TEXT, "server_tool_call_response": _TYPED}, ("server_tool_call_response",)),
    "blob": ("blob", {"mime_type": _MAYBE_TEXT, "modality": _TEXT, "content": _TEXT}, ("modality", "content")),
    "file": ("file", {"mime_type": _MAYBE_TEXT, "modality": _TEXT, "file_id": _TEXT}, ("modality", "file_id")),
    "uri": ("uri", {"mime_type": _MAYBE_TEXT, "modality": _TEXT, "uri": _TEXT}, ("modality", "uri")),
}


def _part(name: str) -> Schema:
    """A part; what has a type of the table must fulfil its row. (The conventions' last alternative, any object with a type, would let all pass.)"""
    kind, members, required = _PARTS[name]
    return {
        "if": {"properties": {"type": {"const": kind}}, "required": ["type"]},
        "then": {"properties": members, "required": list(required)},
    }


def _parts(names: tuple[str, ...]) -> Schema:
    return {"type": "array", "items": {**_TYPED, "allOf": [_part(name) for name in names]}}


_IN_MESSAGES = tuple(_PARTS)
_IN_INSTRUCTIONS = ("text", "reasoning", "call", "response", "blob", "file", "uri")
_MESSAGE: Schema = {
    "type": "object",
    "properties": {"role": _TEXT, "parts": _parts(_IN_MESSAGES), "name": _MAYBE_TEXT},
    "required": ["role", "parts"],
}
SCHEMAS: dict[str, Schema] = {
    "gen_ai.input.messages": {"type": "array", "items": _MESSAGE},
    "gen_ai.output.messages": {
        "type": "array",
        "items": {**_MESSAGE, "properties": {**_MESSAGE["properties"], "finish_reason": _TEXT}, "required": ["role", "parts", "finish_reason"]},
    },
    "gen_ai.system_instructions": _parts(_IN_INSTRUCTIONS),
    "gen_ai.tool.definitions": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "type": _TEXT,
                "name": _TEXT,
                "description": _MAYBE_TEXT,
                "parameters": {"anyOf": [{"$ref": "http://json-schema.org/draft-07/schema#"}, {"type": "null"}]},
            },
            "required": ["type", "name"],
        },
    },
}

LETTERS = "bcdfghjkmpqvwxz"
"""Content is made of these alone: no four of them in a row stand in names, roles, types or markers."""

content = st.builds(lambda words: " ".join(words), st.lists(st.text(LETTERS, min_size=4, max_size=9), min_size=1, max_size=4))
idents = st.builds(lambda n: f"id_{n}", st.integers(0, 999))
_names = st.sampled_from(["find_user", "lookup", "f", "get-weather"])
_maybe_id = st.one_of(st.none(), idents)
_media = st.fixed_dictionaries(
    {"modality": st.sampled_from(["image", "video", "audio"]), "mime_type": st.sampled_from(["image/png", "audio/wav", None])}
)
values = st.recursive(
    st.one_of(content, st.integers(1000, 9999), st.booleans(), st.none()),
    lambda below: st.one_of(
        st.lists(below, max_size=2), st.dictionaries(st.sampled_from(["a", "city", "type", "id", "role", "name"]), below, max_size=3)
    ),
    max_leaves=5,
)
_uris = st.one_of(
    st.builds(lambda text: f"https://files.example/a/{text.replace(' ', '-')}.png?sig={text[:4]}", content),
    st.builds(lambda text: f"data:image/png;base64,{text.replace(' ', '')}", content),
)


def _typed(kind: str, **members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(kind), **members})


_said = {
    "text": _typed("text", content=content),
    "reasoning": _typed("reasoning", content=content),
    "call": _typed("tool_call", id=_maybe_id, name=_names, arguments=values),
    "response": _typed("tool_call_response", id=_maybe_id, response=values),
    "server call": _typed("server_tool_call", id=_maybe_id, name=_names, server_tool_call=_typed("code_interpreter", code=content, n=st.just(1))),
    "server response": _typed("server_tool_call_response", id=_maybe_id, server_tool_call_response=_typed("web_search", found=content)),
    "blob": st.builds(lambda media, text: {"type": "blob", **media, "content": text.replace(" ", "")}, _media, content),
    "file": st.builds(lambda media, one: {"type": "file", **media, "file_id": one}, _media, idents),
    "uri": st.builds(lambda media, uri: {"type": "uri", **media, "uri": uri}, _media, _uris),
}


def _some(names: tuple[str, ...]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.one_of(*(_said[name] for name in names)), min_size=1, max_size=4)


_roles = st.sampled_from(["system", "user", "assistant", "tool", "developer"])
_input = st.fixed_dictionaries({"role": _roles, "parts": _some(_IN_MESSAGES)}, optional={"name": st.sampled_from(["ann_1", None])})
_output = st.fixed_dictionaries({"role": _roles, "parts": _some(_IN_MESSAGES), "finish_reason": st.sampled_from(["stop", "length", "tool_call"])})
_property = st.fixed_dictionaries(
    {"type": st.sampled_from(["string", "integer", "object", ["string", "null"]])},
    optional={"description": content, "enum": st.lists(content, min_size=1, max_size=2), "minimum": st.integers(0, 9), "default": content},
)
_parameters = st.fixed_dictionaries(
    {"type": st.just("object"), "properties": st.dictionaries(st.sampled_from(["city", "day", "type"]), _property, max_size=3)},
    optional={"required": st.lists(st.sampled_from(["city", "day"]), unique=True, max_size=2), "additionalProperties": st.booleans()},
)
_tool = st.fixed_dictionaries({"type": st.just("function"), "name": _names}, optional={"description": content, "parameters": _parameters})
DOCUMENTS: dict[str, st.SearchStrategy[list[Any]]] = {
    "gen_ai.input.messages": st.lists(_input, min_size=1, max_size=3),
    "gen_ai.output.messages": st.lists(_output, min_size=1, max_size=2),
    "gen_ai.system_instructions": _some(_IN_INSTRUCTIONS),
    "gen_ai.tool.definitions": st.lists(_tool, min_size=1, max_size=2),
}

_WORDS = string.ascii_letters


def kept(value: Any, *, arguments: bool = False) -> Any:
    """The document without what is content: its shape, and all that must stay. In a tool's values numbers go, too."""
    match value:
        case dict():
            return {
                key: kept(item, arguments=arguments or key in ("arguments", "response")) if not _stays(key, item, arguments) else item
                for key, item in value.items()
            }
        case list():
            return [kept(item, arguments=arguments) for item in value]
        case str():
            return str
        case bool() | None:
            return value
        case _:
            return None if arguments else value


def _stays(key: str, item: Any, arguments: bool) -> bool:
    return not arguments and isinstance(item, str) and key in ("role", "type", "id", "name", "finish_reason", "modality", "mime_type", "file_id")
