"""Prompts in text that need not parse: ``prompt=…``, ``'messages': [...]`` in a Python repr, JSON cut by its shipper, log phrases.

These are detectors like any other; they are built from the key catalogue instead of having a file each. A finding is the value of the
field: without its quotes where it is a string, with its brackets where it is a list or an object. Where JSON parses, the codecs find
prompts by structure and never ask here.
"""

from __future__ import annotations

import re

from detectors.llm_scope import about_llm
from detectors.markers import is_marker
from detectors.model import Anchor, Detector, Span, Verify
from detectors.prompt_keys import PromptKeys
from detectors.prompt_phrase import phrase_detector
from detectors.prompt_query import query_detector
from detectors.values import Value, record_end, value_after

_REFERENCE = "config/prompt_keys.yaml, which names a source for every key"
_NAME_BEFORE = re.compile(rb"[A-Za-z0-9_.:\-\[\]]{1,128}\Z")
_COLON_NAMES = frozenset((b"prompt", b"messages", b"prompts", b"completion", b"prompt_token_ids"))
_TEXT_ONLY = (b"inputs", b"content", b"input", b"output", b"arguments", b"input_value", b"suffix", b"text")
"""Ordinary words that are looked at in a repr or in logfmt, where the line is about a language model."""

_QUOTED_ONLY = (*_TEXT_ONLY, b"outputs", b"response", b"generation", b"thinking", b"delta", b"instructions", b"partial_json", b"signature", b"result")
"""Ordinary words that are looked at in quotes alone: a repr's, or escaped ones (``\\"content\\":``, ``\\x22content\\x22:``)."""

_ASSIGNED = (
    *("delta=[\"']", "response=[\"']", "thinking=[\"']", "args=\\{", "context=\\[", "arguments=\\{"),  # ``ResponseTextDeltaEvent(delta='…')``
    *('"input":\\[', '"input": \\[', '"input":"', '"input": "', '"output":\\[', '"output": \\['),  # JSON that is inside a literal of another kind
    *('"delta":\\{', '"delta": \\{', '"delta":"', '"delta": "'),  # one of several events on a line, or one that was cut
    *("prompt = [\"'\\[{]", "messages = [\"'\\[{]", "completion = [\"'\\[{]"),  # frame locals, lines of source
)
"""Names with what follows them."""


def prompt_detectors(keys: PromptKeys) -> tuple[Detector, ...]:
    """The detectors for prompt fields, phrases and queries in text."""
    return _field_detector(keys), phrase_detector(), query_detector()


def sure_anchors(keys: PromptKeys) -> frozenset[Anchor]:
    """The anchors of names that are prompts wherever they stand."""
    return frozenset(_anchor(name) for name in keys.anchor_names() if keys.scope(name) == "always")


def _anchor(name: bytes) -> Anchor:
    return Anchor(re.escape(name.decode()) + r"""["'=\\%]""")


def _field_detector(keys: PromptKeys) -> Detector:
    anchors = [_anchor(name) for name in keys.anchor_names()]
    anchors += [Anchor(name.decode() + ":") for name in sorted(_COLON_NAMES)]
    anchors += [Anchor(re.escape(stem.decode())) for stem in keys.anchor_stems()]
    anchors += [Anchor(name.decode() + "[=']") for name in _TEXT_ONLY]
    anchors += [Anchor(name.decode() + quote) for name in _QUOTED_ONLY for quote in ("'", r'\\["x]')]
    anchors += [Anchor(pattern) for pattern in _ASSIGNED]
    return Detector(
        id="prompt_field",
        entity="prompt",
        kind="prompt",
        title="Prompt, completion and tool content by the name of its field",
        anchors=tuple(dict.fromkeys(anchors)),
        verify=_field_verify(keys),
        finds=(
            "prompt='«who treated Mr Lee?»' stream=false",
            "Request options: {'json_data': {'messages': «[{'role': 'user', 'content': \"Jo's result\"}]», 'model': 'gpt-4o'}}",
            'gen_ai.prompt="«Summarise the review»" ok=true',
            'body="{\\x22prompt\\x22:\\x22«does Ana owe tax»\\x22}"',
            'cut {"model":"m","messages":«[{"role":"user","content":"my daughter has»',
        ),
        ignores=("gen_ai.system=openai", "shell prompt returned", "max_tokens=5 prompt_tokens=10", "prompt=[REDACTED:prompt;chars=4]"),
        reference=_REFERENCE,
        score=0.9,
    )


def _field_verify(keys: PromptKeys) -> Verify:
    def verify(text: bytes, at: int) -> Span | None:
        name_end = _name_end(text, at)
        found = _NAME_BEFORE.search(text, max(0, name_end - 128), name_end)
        if found is None:
            return None
        name = _without_escape(text, found.start(), found.group())
        scope = keys.scope(name) or _last_word_scope(keys, name)
        if scope is None or (scope == "llm" and not _about_llm(text, at)):
            return None
        value = value_after(text, name_end, bare=text[name_end : name_end + 1] != b":")
        return None if value is None or not _is_content(text, value) else (value.start, value.end)

    return verify


def _without_escape(text: bytes, start: int, name: bytes) -> bytes:
    """The name without the tail of an escape before it: ``\\x22prompt``, ``\\nprompt``, ``%22prompt``."""
    before = text[start - 1 : start]
    if before == b"\\":
        return name[3:] if name.startswith(b"x22") else name[1:] if name[:1] in b"nrt" else name
    return name[2:] if before == b"%" else name


def _name_end(text: bytes, at: int) -> int:
    """Where the name ends whose anchor ends at ``at``: the anchor may take in the byte behind the name, or stop inside the name."""
    found = _BEHIND_NAME.search(text, max(0, at - 4), at)
    if found is not None:
        return found.start()
    tail = _NAME_TAIL.match(text, at)
    return tail.end() if tail else at


_BEHIND_NAME = re.compile(rb"""(?:\\["x]|=["'{\[]|"?:\ ?["{\[]|\ =\ ["'\[{]|["'=\\:%])\Z""", re.VERBOSE)
_NAME_TAIL = re.compile(rb"[A-Za-z0-9_.\-]{0,128}+")


_HOLDERS = frozenset(b"kwargs args request req body data json params payload self options config inputs invocation_params extra event".split())


def _last_word_scope(keys: PromptKeys, name: bytes) -> str | None:
    """``kwargs.messages`` or ``x[messages]``: the last word alone, when the whole name says nothing and nothing says to keep it."""
    if keys.keeps(name):
        return None
    last = re.split(rb"[.:\[\]]", name.rstrip(b"]"))[-1]
    if last == name or (b"." in name and name.split(b".")[0] not in _HOLDERS):
        return None
    return "always" if keys.scope(last) == "always" else None


def _about_llm(text: bytes, at: int) -> bool:
    lo = text.rfind(b"\n", max(0, at - 8192), at) + 1
    return about_llm(text, max(lo, at - 8192), min(record_end(text, at), at + 8192))


def _is_content(text: bytes, value: Value) -> bool:
    if value.end <= value.start:
        return False
    body = text[value.start : min(value.end, value.start + 512)]
    if is_marker(body) or body in (b"[]", b"{}", b"()", b"None", b"null", b"true", b"false", b"True", b"False"):
        return False
    if value.kind == "bare":
        return not body.lstrip(b"-").replace(b".", b"").isdigit()
    return any(letter not in b" \t\r\n" for letter in body)
