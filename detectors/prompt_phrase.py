"""Prompts behind a fixed phrase: what frameworks print when they render, call or fail, and what validators echo.

Some phrases say enough by themselves (``Rendered prompt:``). Others are anybody's (``input_value=``) and count only where the lines
around them speak of a model. The value ends as the phrase has it: with its quote or bracket, with its line, or before the next record.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from detectors.llm_scope import about_llm
from detectors.markers import is_marker
from detectors.model import Anchor, Detector, Span
from detectors.values import MAX_VALUE, nested_value, record_end, string_value

ID = "prompt_phrase"


class _Phrase(NamedTuple):
    """``anchor`` is the end of ``phrase`` that is looked for; ``lines``: the value goes on over the following lines.

    ``gate`` must be found in the lines around, where the record is not about a language model anyhow.
    """

    anchor: str
    phrase: bytes
    lines: bool
    gate: re.Pattern[bytes] | None = None


_SPOKEN_OF = re.compile(rb"messages|prompt|completion|Chat[A-Z]?|LLM|OutputParser|Generated response|chat/")
_SEVERAL_WORDS = re.compile(rb"alid value: \\{0,7}'[^'\n]{1,64} [^'\n]{4,}")
_PHRASES: tuple[_Phrase, ...] = (
    _Phrase("ered prompt: ", rb"Rendered prompt: ", True),
    _Phrase("n arguments: ", rb"Function arguments: ", False),
    _Phrase("ion result: ", rb"Function result: ", False),
    _Phrase("m template: ", rb"Extracting blocks from template: ", False),
    _Phrase("t Content:", rb"Chat Model (?:Prompt|Completion) Content:", True),
    _Phrase("ew content ", rb"Sending LLM new content ", False),
    _Phrase("ve message: ", rb"Got LLM Live message: ", False),
    _Phrase("n response: ", rb"Sending LLM function response: ", False),
    _Phrase("ormatting:", rb"Prompt after formatting:", True),
    _Phrase("LLM output: ", rb"Could not parse LLM output: ", True),
    _Phrase("RAW RESPO", rb"RAW RESPONSE:", True),
    _Phrase("json output: ", rb"Invalid json output: ", True),  # LangChain, JsonOutputParser
    _Phrase("completion {", rb"from completion ", False),  # LangChain, PydanticOutputParser
    _Phrase("un with input:", rb"(?:Entering|Starting) \w{2,20} run with input:", True),  # LangChain, ConsoleCallbackHandler
    _Phrase("n with output:", rb"(?:Exiting|Ending) \w{2,20} run with output:", True),
    _Phrase(" output: '", rb"Generated response [^\n]{1,96}: output: ", False),  # vLLM, logger.py
    _Phrase(' output: "', rb"Generated response [^\n]{1,96}: output: ", False),
    _Phrase("ut_token_ids: ", rb"output_token_ids: ", False),
    _Phrase("alid value: '", rb"[Ii]nvalid value: ", False, _SEVERAL_WORDS),  # OpenAI's answers of status 400
    _Phrase("alid value: \\'", rb"[Ii]nvalid value: ", False, _SEVERAL_WORDS),
    _Phrase("input_value=", rb"input_value=", False, _SPOKEN_OF),  # pydantic
    _Phrase("\u2514 '", "\u2514 ".encode(), False, _SPOKEN_OF),  # loguru, diagnose=True
    _Phrase('\u2514 "', "\u2514 ".encode(), False, _SPOKEN_OF),
)
_NEXT_RECORD = re.compile(
    rb"\s*\n|[\[(<{]?\d{2,4}[-/:.]\d{2}|[\[(<]?(?:INFO|DEBUG|WARN|ERROR|TRACE|CRITICAL)|>|(?:\x1b\[[0-9;]{0,8}m){0,4}\[\w+/|\x1b\[1m>"
    rb"|Finished chain|[A-Z][a-z]{2} [ \d]\d \d\d:"
)
_LEAD = re.compile(rb"(?:[ \t]|\x1b\[[0-9;]{0,16}m)*+")
_LEAD_LINES = re.compile(rb"(?:\s|\x1b\[[0-9;]{0,16}m)*+")
_QUOTE = re.compile(rb"""\\{0,7}["']""")
_PHRASE_LIMIT = 65536
_AROUND = 2048


def phrase_detector() -> Detector:
    """The detector for prompts behind phrases."""
    checks = [(one.anchor.encode(), re.compile(one.phrase), one) for one in _PHRASES]

    def verify(text: bytes, at: int) -> Span | None:
        for anchor, phrase, one in checks:
            if at < len(anchor) or not text.startswith(anchor, at - len(anchor)):
                continue
            found = _last(phrase, text, at)
            if found is not None and (one.gate is None or _is_near_a_model(text, at, one.gate)):
                return _value(text, found, one.lines)
        return None

    return Detector(
        id=ID,
        entity="prompt",
        kind="prompt",
        title="Prompts that frameworks print behind a fixed phrase",
        anchors=tuple(dict.fromkeys(Anchor(_bytewise(one.anchor)) for one in _PHRASES)),
        verify=verify,
        finds=(
            "Rendered prompt: «Summarise the case»",
            "DEBUG Function result: «Jane scored 2»",
            "Prompt after formatting:\n«Human: who is Ida?»",
            "1 validation error for ChatRequest\nmessages.0.content [type=list_type, input_value='«my daughter»', input_type=str]",
            "{'message': \"Invalid value: '«is Ida well»'\", 'type': 'invalid_request_error'}",
        ),
        ignores=(
            "the prompt was rendered",
            "Rendered prompt: [REDACTED:prompt;chars=9]",
            "RAW RESPONSE:\n",
            "1 validation error for Settings\nport [type=int_parsing, input_value='eighty', input_type=str]",
            "Invalid value: 'abc'. Expected a number",
        ),
        reference="config/prompt_keys.yaml, rows of kind log_body",
        score=0.9,
    )


def _bytewise(anchor: str) -> str:
    """An anchor's pattern; what is not ASCII is written byte by byte."""
    return "".join(f"\\x{byte:02x}" if byte > 126 or byte in b"{\\" else chr(byte) for byte in anchor.encode())


def _last(phrase: re.Pattern[bytes], text: bytes, at: int) -> int | None:
    """The end of the phrase whose anchor ends at ``at``."""
    ends = [found.end() for found in phrase.finditer(text, max(0, at - 128), min(len(text), at + 8))]
    return ends[-1] if ends and ends[-1] >= at - 1 else None


def _is_near_a_model(text: bytes, at: int, gate: re.Pattern[bytes]) -> bool:
    lo, hi = max(0, at - _AROUND), min(len(text), at + _AROUND)
    return gate.search(text, lo, hi) is not None or about_llm(text, lo, hi)


def _value(text: bytes, start: int, lines: bool) -> Span | None:
    lead = (_LEAD_LINES if lines else _LEAD).match(text, start)
    start = lead.end() if lead else start
    quote = _QUOTE.match(text, start)
    if quote is not None and not lines:
        value = string_value(text, quote.end(), quote.group())
        return _content(text, value.start, value.end)
    first = text[start : start + 1]
    if first in (b"{", b"["):
        nested = nested_value(text, start)
        if not nested.cut or not lines:
            return _content(text, start, nested.end)
    end = record_end(text, start)
    limit = min(len(text), start + min(_PHRASE_LIMIT, MAX_VALUE))
    while lines and end < limit:
        following = text.find(b"\n", end) + 1
        if not following or following >= limit or _NEXT_RECORD.match(text, following):
            break
        end = record_end(text, following)
    while end > start and text[end - 1] in b" \t\r\n":
        end -= 1
    return _content(text, start, end)


def _content(text: bytes, start: int, end: int) -> Span | None:
    return (start, end) if end > start and not is_marker(text[start:end]) else None
