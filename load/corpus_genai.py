"""Generated spans of calls to a language model, as the OpenTelemetry semantic conventions for generative AI have them (1.37 and later).

Each has the attributes that say which model was called and what it cost: those may be kept, and clean spans have nothing else. A span that
is hit has the messages too: ``gen_ai.input.messages``, ``gen_ai.output.messages`` and, every other one, ``gen_ai.system_instructions``, as
JSON in a string, the way SDKs record them.
"""

from __future__ import annotations

from functools import partial

import orjson

from load import otlp
from load.corpus_requests import Corpus
from load.spans import FIRST, traces_json, traces_proto
from load.values import BASE62, Values

_FRAME_BYTES, _MESSAGES_BYTES, _WORD_BYTES = 520, 290, 6
"""What a clean span takes, what the messages' names, JSON and fixed texts add to it, and what a word of them takes; on average."""


def genai_proto(size: int, *, share: float = 0.05, record_bytes: int = 1100, seed: int = 13) -> Corpus:
    """Requests of ``ExportTraceServiceRequest``; a span that is hit is about ``record_bytes`` long, one that isn't 520."""
    return traces_proto("genai", partial(_call, record_bytes=record_bytes), size, share, seed)


def genai_json(size: int, *, share: float = 0.05, record_bytes: int = 1100, seed: int = 13) -> Corpus:
    """The same spans as OTLP/JSON; ``record_bytes`` still is their length as protobuf."""
    return traces_json("genai", partial(_call, record_bytes=record_bytes), size, share, seed)


def _call(values: Values, number: int, hit: bool, record_bytes: int) -> otlp.SpanFields:
    draw = values.random.getrandbits(30)
    start = FIRST + 13_000_000 * number + draw % 1_000_000
    attributes: dict[str, object] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.request.max_tokens": 1024,
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.response.id": "chatcmpl-" + values.of(BASE62, 24),
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": draw % 4000,
        "gen_ai.usage.output_tokens": draw % 900,
        "server.address": "api.model.example.com",
        "app.request_id": values.uuid(),
    }
    if hit:
        words = max((record_bytes - _FRAME_BYTES - _MESSAGES_BYTES) // _WORD_BYTES // 2, 4)
        attributes |= _messages(values, number, words)
    return otlp.SpanFields(values.hex(32), values.hex(16), "chat gpt-4o", start, start + draw * 3, attributes, [], "")


def _messages(values: Values, number: int, words: int) -> dict[str, object]:
    asked = [{"role": "user", "parts": [{"type": "text", "content": values.prose(words)}]}]
    answered = [{"role": "assistant", "parts": [{"type": "text", "content": values.prose(words)}], "finish_reason": "stop"}]
    attributes: dict[str, object] = {
        "gen_ai.input.messages": orjson.dumps(asked).decode(),
        "gen_ai.output.messages": orjson.dumps(answered).decode(),
    }
    if number % 2:
        attributes["gen_ai.system_instructions"] = orjson.dumps([{"type": "text", "content": values.prose(10)}]).decode()
    return attributes
