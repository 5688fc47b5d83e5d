"""Prompts in the query of a URL whose path is a model's: ``GET /api/chat?q=…``.

On other paths ``q`` is anybody's search. The value alone is found, up to ``&``, ``#`` or the URL's end.
"""

from __future__ import annotations

import re

from detectors.markers import is_marker
from detectors.model import Anchor, Detector, Span

ID = "prompt_query"

_NAMES = ("q", "query", "prompt", "question", "message", "input", "text", "ask", "messages", "user_input", "content")
_PARAMETER = re.compile(rb"[?&](?:" + "|".join(_NAMES).encode() + rb")\Z")
_VALUE = re.compile(rb"[^\s&#\"'<>`\\]{1,4096}+")
_MODEL_PATH = re.compile(
    rb"""(?:\A|[/._-])(?:ask|chat|chats|chatbot|completions?|assistants?|copilot|llm|prompts?|generate|gpt|ai|agents?|converse|invoke|responses
       |messages|rag|openai|anthropic|claude|gemini|ollama|bedrock)(?:\Z|[/._-])""",
    re.VERBOSE | re.IGNORECASE,
)
_URL = re.compile(rb"[^\s\"'<>`]{1,2048}\Z")


def query_detector() -> Detector:
    """The detector for prompts in queries."""

    def verify(text: bytes, at: int) -> Span | None:
        if _PARAMETER.search(text, max(0, at - 16), at - 1) is None:
            return None
        url = _URL.search(text, max(0, at - 2048), at - 1)
        if url is None:
            return None
        path, mark, _ = url.group().partition(b"?")
        if not mark or _MODEL_PATH.search(path.partition(b"://")[2].partition(b"/")[2] if b"://" in path else path) is None:
            return None
        value = _VALUE.match(text, at)
        return None if value is None or is_marker(value.group()) else value.span()

    return Detector(
        id=ID,
        entity="prompt",
        kind="prompt",
        title="Prompts in the query of a URL whose path is a model's",
        anchors=tuple(Anchor(f"[?&]{name[-7:]}=" if len(name) <= 7 else f"{name[-7:]}=") for name in _NAMES),
        verify=verify,
        finds=(
            '"POST /ask?q=«does+Ana+owe+tax»&lang=en HTTP/1.1" 200',
            "GET /api/chat?n=1&prompt=«who%20is%20Ana»",
            "https://bot.example.com/v1/completions?query=«Ana»#x",
        ),
        ignores=(
            "GET /search?q=shoes HTTP/1.1",
            "GET /items?query=red&page=2",
            "https://chat.example.com/find?q=shoes",
            "GET /ask?q=[REDACTED:prompt;chars=4]",
            "GET /ask?page=2",
        ),
        reference="config/prompt_keys.yaml, rows of kind json_path; OpenTelemetry url.query",
        score=0.85,
    )
