"""Whether a record is about a language model. Asked when the name of an ordinary word (``input``, ``text``) has hit.

One strong sign is enough: a GenAI namespace, ``"messages"``, a chat role. Else two names of which one is telling: ``model`` beside
``input``; ``model`` beside ``message`` is anybody's log line. A marker that names a vendor's key is no sign. In OTLP's protobuf a name has no
quotes: it stands between its length and the next tag.
"""

from __future__ import annotations

from functools import cache

from detectors.model import Anchor
from detectors.scanner import AnchorSet, TooManyHitsError

_NAMESPACES = tuple(
    "gen_ai\\. genai\\. openinference traceloop langfuse langsmith langchain pydantic_ai mlflow\\. crewai haystack braintrust agentops"
    " smolagents anthropic openai bedrock claude gemini ai\\.prompt ai\\.response ai\\.model ai\\.usage ai\\.toolCall ai\\.operationId"
    " [^a-z]llm\\. [^a-z]lk\\. chat\\.completion ModelInvocationLog ChatCompletion additional_kwargs response_metadata GenerateContentResponse"
    " SamplingParams MessageChunk\\( (?:Human|AI|System|Tool|Function|Chat|Text)Message\\( CallToolRe prompt_eval_count TextBlock\\( ToolUseBlock\\("
    " page_content= usage_metadata= finish_reason= stop_reason= LiteLLM LLMChain".split()
)
_STRONG = tuple(
    "messages max_tokens max_output_tokens prompt_tokens completion_tokens input_tokens output_tokens promptTokenCount inputTokenCount"
    " anthropic_version generationConfig generation_config inputText chat_history preamble tool_calls toolUse functionCall finish_reason"
    " finishReason stop_reason systemInstruction system_instruction prompt completion content_block item_id generated_text page_content"
    " LLMCall ToolCall text_delta input_json_delta thinking_delta signature_delta contentBlockDelta content-delta text-generation max_new_tokens"
    " structuredContent prompt_token_count generation_token_count textGenerationConfig return_documents"
    " assistant_id search_depth encoding_format request_data response_data prompts".split()
)
_ROLES = "user system assistant tool developer function model human ai USER CHATBOT SYSTEM".split()
_STARTS = (r"response\.", "content_block", "text_delta", "message_")
"""How the type of a streamed event begins."""
_ROLE, _START = "|".join(_ROLES), "|".join(_STARTS)
_VALUE = r",\s{0,80}[\"']value[\"']:\s{0,4}\{\s{0,80}[\"']stringValue[\"']:\s{0,4}"
"""What stands between a name and its string in OTLP/JSON."""

_PHRASES = (
    rf"""["']role\\{{0,7}}["']\s{{0,4}}:\s{{0,4}}\\{{0,7}}["'](?:{_ROLE})[\\"']""",
    r"""["']input\\{0,7}["']\s{0,4}:\s{0,4}\{\s{0,4}\\{0,7}["'](?:text|messages|prompt|query|question)""",
    r"""["']parts\\{0,7}["']\s{0,4}:\s{0,4}\[""",
    rf"""["']type\\{{0,7}}["']\s{{0,4}}:\s{{0,4}}\\{{0,7}}["'](?:{_START})""",
    r"""["']gpt-""",
    rf"""["']role["']{_VALUE}["'](?:{_ROLE})["']""",
    rf"""["']type["']{_VALUE}["'](?:{_START})""",
    r"""["']parts["'],\s{0,80}["']value["']:\s{0,4}\{\s{0,80}["']arrayValue["']""",
    r"""role=["'](?:user|system|assistant|tool|developer|function|model|USER|CHATBOT|SYSTEM)["']""",
    rf"""type=["'](?:{_START})""",
    rf"""type\\x22:\s{{0,4}}\\x22(?:{_START})""",
    r"""role\\x22:\s{0,4}\\x22(?:user|system|assistant|tool|developer|function|model|USER|CHATBOT|SYSTEM)\\""",
)
_WEAK = tuple(
    "model modelId model_id model_name choices candidates contents temperature top_p top_k kwargs generations jsonrpc outputs results input"
    " inputs query documents texts response system instructions done stream usage embeddings truncation input_type n stop arguments params"
    " delta output generation message text thinking template images thread_id additional_messages revised_prompt".split()
)
_KINDS = (
    "LLMCall ToolCall text_delta input_json_delta thinking_delta signature_delta contentBlockDelta content_block content-delta"
    " text-generation".split()
)
"""Those of the strong signs that also stand as values: an event's type."""

_LENGTH = r"[\x00-\xff]{1,4}"
_WIRE_PHRASES = (
    *(rf"\x0a\x04role\x12\x{len(role) + 2:02x}\x0a\x{len(role):02x}{role}" for role in _ROLES),
    *(rf"\x0a\x05input\x12{_LENGTH}2{_LENGTH}\x0a{_LENGTH}\x0a\x{len(name):02x}{name}\x12" for name in "text messages prompt query question".split()),
    rf"\x0a\x05parts\x12{_LENGTH}\x2a",
    *(rf"\x0a\x04type\x12{_LENGTH}\x0a[\x00-\xff]{start}" for start in _STARTS),
    r"\x0a[\x00-\x7f]gpt-",
    r"\x0a\x0a\x0a\x08messages",
    *(rf"\x0a\x{len(kind):02x}{kind}" for kind in _KINDS),
)
"""The same as protobuf has them: ``AnyValue``'s string is tag 0x0a, its list 0x32, its array 0x2a; lengths are of one byte or more.
``messages`` stands in a list where an error says which member it is about."""

_TELLING = frozenset("model modelId model_id model_name choices candidates contents temperature top_p generations jsonrpc kwargs".split())
_WEAKEST = frozenset("message text output results outputs n stop".split())
_MARKERS = (b"REDACTED:", b"REDACTED-", b"redacted_")
_MARKER_REACH = 48


@cache
def _signs(protobuf: bool) -> AnchorSet:
    anchors = [(Anchor(name), "") for name in (*_NAMESPACES, *_PHRASES)]
    anchors += [(Anchor(f"[\"'2]{name}[\\\\\"']"), "") for name in _STRONG]
    anchors += [(Anchor(f"[\"'2]{name}[\\\\\"']"), name) for name in _WEAK]
    if protobuf:
        anchors += [(Anchor(phrase), "") for phrase in _WIRE_PHRASES]
        anchors += [(Anchor(rf"\x0a\x{len(name):02x}{name}\x12"), "") for name in _STRONG]
        anchors += [(Anchor(rf"\x0a\x{len(name):02x}{name}\x12"), name) for name in _WEAK]
    return AnchorSet(anchors, origin="package")


def about_llm(buf: bytes, lo: int, hi: int, *, protobuf: bool = False) -> bool:
    """Whether the record ``buf[lo:hi]`` is about a language model. ``protobuf``: it is an OTLP message on the wire."""
    signs = _signs(protobuf)
    try:
        hits = signs.hits(buf, lo, hi, 65536)
    except TooManyHitsError:
        return True
    words: set[str] = set()
    for at, pattern in hits:
        word = signs.values[pattern][0]
        if word:
            words.add(word)
        elif not any(marker in buf[max(lo, at - _MARKER_REACH) : at] for marker in _MARKERS):
            return True
    return len(words - _WEAKEST) > 1 and not words.isdisjoint(_TELLING)
