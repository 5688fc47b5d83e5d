"""Whose words a piece of prompt content is: the system's, the user's, the assistant's, or a tool's. Knows no wire format.

A role is told, in this order, by the message that holds the content (``role``, LangChain's ``type``), by a part of a message that is a
call or its result (Anthropic's ``tool_result`` stands in a user's message and is the tool's), and by the field's name
(``instructions``, ``choices``). Where nothing tells it is the user's.

What one message holds cannot choose its own role: below a message's parts, and in JSON inside a string inside a message, roles are
content. Otherwise a user's text of the form ``{"role": "system", …}`` would be dealt with as the system's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from config.prompt_catalogue import load_prompt_keys
from config.prompts import Role

OPEN, MESSAGE, PART, SETTLED = range(4)
"""How far down: outside any message, in one, in one of its parts, below those."""

_SPOKEN: dict[bytes, Role] = {
    **dict.fromkeys(b"system developer system-prompt systemmessage systemmessagechunk".split(), "system"),
    **dict.fromkeys(b"user human customer user-prompt humanmessage humanmessagechunk".split(), "user"),
    **dict.fromkeys(b"assistant ai model bot chatbot agent aimessage aimessagechunk".split(), "assistant"),
    **dict.fromkeys(b"tool function ipython tool_result toolmessage toolmessagechunk functionmessage".split(), "tool"),
}
"""Values of ``role`` and of what stands for it (OpenAI, Anthropic, Gemini, Cohere, LangChain, Llama), in lower case."""

_MESSAGE_TYPES: dict[bytes, Role] = {b"human": "user", b"ai": "assistant", b"system": "system", b"tool": "tool"}
"""LangChain's messages have a ``type`` for a role; ``function`` as a type is OpenAI's tool call."""

TOOL_KINDS = frozenset(
    b"tool function tool_use tool_result tool_call tool_calls tool_call_response server_tool_call server_tool_call_response server_tool_use"
    b" function_call function_call_output function_response custom_tool_call custom_tool_call_output mcp_call mcp_tool_use mcp_tool_result"
    b" web_search_tool_result tool-call tool-result tool-return retry-prompt builtin-tool-call builtin-tool-return toolUse toolResult"
    b" toolCall functionCall functionResponse code_execution_tool_result computer_call computer_call_output local_shell_call"
    b" local_shell_call_output shell_call shell_call_output code_interpreter_call file_search_call web_search_call".split()
)
"""Values of ``type`` and ``part_kind`` of calls of tools and their results."""

_ASSISTANT_KINDS = frozenset(
    b"reasoning thinking redacted_thinking output_text refusal summary_text reasoning_text text_delta thinking_delta".split()
)

_NAMES: dict[bytes, Role] = {
    **dict.fromkeys(
        b"system systemInstruction system_instruction system_instructions systemPrompt system_prompt instructions additional_instructions"
        b" preamble developer".split(),
        "system",
    ),
    **dict.fromkeys(
        b"choices candidates completion completions generation generations generated_text output outputs output_text outputText response"
        b" reasoning reasoning_content reasoningContent thinking refusal tool_plan content_block predictions results".split(),
        "assistant",
    ),
    **dict.fromkeys(
        b"tool_calls tool_call toolCalls function_call functionCall functionResponse function_response toolUse toolResult tool_use tool_result"
        b" tools functions toolConfig functionDeclarations arguments args function_args tool_arguments partial_json tool_input tool_parameters"
        b" documents retrievalResults groundingMetadata codeExecutionResult executableCode intermediate_steps".split(),
        "tool",
    ),
}
"""Members of requests and responses that say whose words are below them."""

_WRAPPERS = frozenset(b"data kwargs additional_kwargs message delta".split())
"""Members of a message that only hold its content: what is below is as far down as the message."""

EVENT_NAMES = frozenset((b"event.name", b"event_name", b"eventName", b"event", b"name"))
FRAMING = frozenset(b"role type kind part_kind message_kind author".split()) | EVENT_NAMES
"""Members of an object whose values may tell a role."""

_EVENT = re.compile(
    rb"gen_ai\.(system|user|assistant|tool)\.message|gen_ai\.(choice|content\.completion|completion)|(codex|claude_code|gemini_cli)\.user_prompt"
)
_ONE_MESSAGE = re.compile(rb"\.[0-9]+\.(?:message\.)?content\Z|\.message_content\.text\Z")
"""Numbered attributes that hold what one message says."""

_TOOLS = re.compile(rb"(?:\A|[._])(?:tools?|functions?|arguments|args)(?:[._]|\Z)")


class Speaker(NamedTuple):
    """Whose words are at hand, and how far down in a message they stand."""

    role: Role = "user"
    level: int = OPEN

    def under(self, name: bytes) -> Speaker:
        """The speaker of what stands under ``name``: a member's, or an attribute's."""
        if self.level == SETTLED:
            return self
        role = _NAMES.get(name) or (role_of_name(name) if self.level == OPEN or b"." in name else None)
        if role == "tool":
            return Speaker(role, SETTLED)
        if self.level == OPEN:
            return Speaker(role or self.role, MESSAGE if _ONE_MESSAGE.search(name) else OPEN)
        return Speaker(role, PART) if role == "assistant" and name.startswith((b"reasoning", b"thinking")) else self

    def within(self, framing: Mapping[bytes, bytes], *, held_by: bytes = b"") -> Speaker:
        """The speaker of an object's members; ``framing``: those of its members that are :data:`FRAMING`, ``held_by``: the name it stands under."""
        if self.level == SETTLED:
            return self
        if self.level == PART or (self.level == MESSAGE and held_by in _WRAPPERS):
            return Speaker(self.role, self.level if held_by in _WRAPPERS else SETTLED)
        kind = framing.get(b"part_kind") or framing.get(b"type") or b""
        if self.level == OPEN:
            role = role_named(framing.get(b"role", b"")) or role_named(framing.get(b"author", b"")) or _MESSAGE_TYPES.get(kind)
            if role is not None:
                return Speaker(role, SETTLED if role == "tool" else MESSAGE)
        if is_tool_kind(kind):
            return Speaker("tool", SETTLED)
        if kind in _ASSISTANT_KINDS:
            return Speaker("assistant", PART)
        named = role_named(kind) if kind.endswith(b"-prompt") else None
        return Speaker(named or self.role, OPEN if self.level == OPEN and named is None else PART)

    def settled(self) -> Speaker:
        """The speaker of a text that is known to be content: what it quotes is that speaker's, too."""
        return Speaker(self.role, SETTLED)

    def quoted(self) -> Speaker:
        """The speaker of JSON inside a string: inside a message it is all content."""
        return self if self.level == OPEN else Speaker(self.role, SETTLED)


NOBODY = Speaker()


def is_tool_kind(kind: bytes) -> bool:
    """Whether ``type`` or ``part_kind`` says that a part is a tool's call or its result."""
    return kind in TOOL_KINDS


def role_named(value: bytes) -> Role | None:
    """The role that a ``role`` of this value means."""
    return _SPOKEN.get(value.lower()) if value else None


def class_role(names: Iterable[bytes]) -> Role | None:
    """The role of LangChain's serialised messages: ``"id": ["langchain", "schema", "messages", "HumanMessage"]``."""
    last = b""
    for name in names:
        last = name
    return _SPOKEN.get(last.lower()) if b"Message" in last else None


def event_role(text: bytes) -> Role | None:
    """The role that an event's name tells (``gen_ai.user.message``); ``text`` begins with it."""
    found = _EVENT.match(text)
    if found is None:
        return None
    return "assistant" if found.group(2) else role_named(found.group(1)) if found.group(1) else "user"


def framing_of(pairs: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """``pairs``, which are an object's :data:`FRAMING` members, as a mapping; an event's name that tells a role is one. The first one counts."""
    framing: dict[bytes, bytes] = {}
    event: Role | None = None
    for name, value in pairs:
        if name in EVENT_NAMES:
            event = event or event_role(value)
        else:
            framing.setdefault(name, value)
    if event is not None and b"role" not in framing:
        framing[b"role"] = event.encode()
    return framing


@cache
def _catalogue() -> tuple[dict[bytes, Role], tuple[tuple[re.Pattern[bytes], Role], ...]]:
    """Attributes' roles as the key catalogue tells them: exact names, and globs, the longest first."""
    exact: dict[bytes, Role] = {}
    globs: list[tuple[str, Role]] = []
    roles: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool"}
    for row in load_prompt_keys()[0]:
        role = roles.get(row.get("role", ""))
        if row["kind"] != "attribute" or role is None:
            continue
        name = row["key"].encode()
        if role == "system" and _TOOLS.search(name):
            role = "tool"  # definitions of tools
        if row["match"] == "exact":
            exact[name] = role
        elif row["match"] == "glob":
            globs.append((row["key"], role))
    compiled = []
    for key, role in sorted(globs, key=lambda entry: -len(entry[0])):
        pattern = re.escape(key).replace(r"\*\*", r"[^\x00]{1,200}").replace(r"\*", r"[^.\x00]{1,100}")
        compiled.append((re.compile(pattern.encode()), role))
    return exact, tuple(compiled)


@lru_cache(maxsize=4096)
def role_of_name(name: bytes) -> Role | None:
    """The role that a field's full name tells: ``gen_ai.completion.0.content``, ``gen_ai.tool.call.arguments``; ``None`` where it tells none."""
    if len(name) > 256:
        return None
    exact, globs = _catalogue()
    found = exact.get(name)
    if found is None:
        found = next((role for pattern, role in globs if pattern.fullmatch(name)), None)
    if found is not None or b"." not in name:
        return found
    if _TOOLS.search(name) and not name.startswith((b"llm.request.", b"gen_ai.request.functions")):
        return "tool"
    return None


def role_names(name: bytes) -> list[bytes]:
    """The names of the attributes that may tell the role of the numbered attribute ``name``, the nearest first.

    ``gen_ai.prompt.0.content`` → ``gen_ai.prompt.0.role``; ``llm.input_messages.0.message.contents.1.…`` → ``….0.message.role``.
    """
    parts = name.split(b".")
    if len(parts) > 16 or not any(part.isdigit() for part in parts):
        return []
    first = next(i for i, part in enumerate(parts) if part.isdigit())
    return [b".".join(parts[:size]) + b".role" for size in range(len(parts) - 1, first, -1)]
