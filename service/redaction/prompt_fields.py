"""Members of prompt content that are dealt with by their name: scaffolding that stays, arguments of tools, text in the form of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from detectors.prompt_keys import PromptKeys
from service.redaction.prompt_roles import is_tool_kind

STRUCTURE = frozenset(
    b"role type id name object model finish_reason finishReason stop_reason stopReason status index created created_at tool_call_id call_id"
    b" toolUseId tool_use_id mime_type mimeType media_type mediaType modality format detail encoding_format service_tier system_fingerprint"
    b" event event.name gen_ai.system provider version lc language kind part_kind tool_name toolName timestamp run_id trace_id span_id"
    b" response_id operation tool_choice reasoning_effort size quality voice model_name model_id modelId message_kind required run_step"
    b" responseId modelVersion item_id previous_response_id conversation_id thread_id file_id $schema $ref".split()
)
"""Members that are no content where their value looks like a word or an id."""

_ID_LIKE = re.compile(rb"[\w.:/@+\-#=$]{1,128}")
STRICT = frozenset(b"arguments args function_args tool_arguments partial_json tool_input tool_parameters additional_kwargs_arguments".split())
"""Tool arguments: names stay, every value goes, numbers too."""

_TOOL_VALUES = frozenset((b"input", b"response", b"result", b"json", b"output"))
"""What a tool was given or gave back, beside its name or its type."""

_TOOL_RESULTS = _TOOL_VALUES | {b"content"}
_TOOL_MEMBERS = frozenset(b"toolUseId tool_use_id toolu name".split())

LOGPROBS = frozenset(b"logprobs logprobsResult logprobs_result".split())
"""Objects whose lists are the answer again, token by token."""

_TOKENS_OF = {b"details": frozenset((b"tokens", b"prefill"))}
"""Lists of tokens that are known by the name above them (text-generation-inference)."""

_TEXT_AS_NUMBERS = LOGPROBS | frozenset(
    b"prompt_token_ids token_ids output_token_ids context embedding embeddings vector vectors bytes prompt_logprobs token_logprobs top_logprobs"
    b" text_offset".split()
)
"""Lists that are the text in another form."""


def is_structure(name: bytes, value: bytes) -> bool:
    """Whether a member of a prompt is scaffolding (role, type, id), not content."""
    return name in STRUCTURE and _ID_LIKE.fullmatch(value) is not None


def last_word(name: bytes) -> bytes:
    """``vector`` of ``embedding.embeddings.0.embedding.vector``."""
    return name[name.rfind(b".") + 1 :]


def is_text_as_numbers(name: bytes, above: bytes = b"") -> bool:
    """Whether a list under ``name``, which stands under ``above``, is text in another form: token ids, logprobs, embeddings."""
    if above in LOGPROBS or name in _TOKENS_OF.get(above, ()):
        return True
    return (last_word(name) if b"." in name else name) in _TEXT_AS_NUMBERS


def is_argument(name: bytes) -> bool:
    """Whether what stands under ``name`` are a tool's arguments, all of whose values go."""
    return (last_word(name) if b"." in name else name) in STRICT


_LOG_MEMBERS = frozenset(
    b"level severity lvl logger timestamp ts time @timestamp asctime levelname severity_text severityText log.level loglevel".split()
)
_LOG_WORDS = frozenset(b"message text content events metadata context query response error exception payload result template output".split())
_CHAT_MEMBERS = frozenset(b"preamble chat_history role prompt_tokens choices generations connectors".split())


def is_content_member(keys: PromptKeys, path: tuple[bytes, ...], siblings: frozenset[bytes], is_list: bool) -> bool:
    """Whether a member of a document about a language model is content: ``path`` are the names from the root down to its own, ``siblings``
    those of its object. One rule for JSON and for OTLP's structured values."""
    name = path[-1]
    scope = keys.scope(name)
    if scope == "llm" and name in _LOG_WORDS and siblings & _LOG_MEMBERS and not siblings & _CHAT_MEMBERS:
        scope = None
    if scope is not None or (len(path) > 1 and keys.on_path(path) and not keys.keeps(name)):
        return True
    return is_list and name != b"context" and is_text_as_numbers(name, path[-2] if len(path) > 1 else b"")


def tool_values(names: Iterable[bytes], framing: Mapping[bytes, bytes]) -> frozenset[bytes]:
    """Those members of an object that hold what a tool was given or gave back, given the object's members and those of them that tell of it.

    ``input`` beside a tool's name, ``content`` beside the role ``tool``: values of a call, not settings.
    """
    if any(is_tool_kind(framing.get(key, b"")) for key in (b"role", b"type", b"part_kind")):
        return _TOOL_RESULTS
    return frozenset() if _TOOL_MEMBERS.isdisjoint(names) else _TOOL_VALUES
