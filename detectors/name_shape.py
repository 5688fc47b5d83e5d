"""What of a text that recognition calls a person can be a name, in log lines above all."""

from __future__ import annotations

import re

from detectors.name_words import STOP

_NEVER = re.compile(r"[0-9_/\\@=<>{}\[\]|#$%^*+~`\"]|::|\(\)|->|\.\w+\(|\w\.[a-z]")
"""Characters and joints of identifiers, paths, versions, calls, addresses, markup."""
_CAMEL = re.compile(r"[a-zß-ÿ][A-Z]")
_CAMEL_NAME = re.compile(r"\b(?:Mc|Mac|De|Di|Da|Du|La|Le|Van|Von|Fitz|O['’]|D['’])(?=[A-Z])")
_BREAKS = re.compile(r"[\n\r\t;:]|\s[-–—|]\s|, (?=[a-z])|\s{2,}")
_EDGES = " .,;:!?'\"’‘“”()[]{}<>-–—*_/\\|"
_POSSESSIVE = re.compile(r"(?:'s|’s|'|’)\Z")
_CAP = r"[^\W\d_a-z][^\W\d_]*(?:['’.-][^\W\d_]+)*"
_INTRODUCED = re.compile(
    rf"""
    (?i:\b(?:(?:my|his|her|their|last|first|maiden|full|legal)\ name\??\ (?:is|was)?|name\ is|(?:calls?|called)\ me|mrs?\.?|ms\.?|dr\.?|prof\.?
      |in\ the\ name\ of|dear|attn:?|signed(?:\ off)?\ by|on\ behalf\ of
      |(?:full|first|last|customer|patient|employee|cardholder|recipient|contact)?[\ _-]?name:
      |(?:customer|patient|employee|cardholder|recipient|tenant|guest|caller|passenger|applicant|beneficiary):?))
    [ ]{{1,4}}(?P<name>{_CAP}(?:[ ](?:(?:de|da|di|van|von|der|den|la|al|bin|el)[ ]){{0,2}}{_CAP}){{0,3}})
    """,
    re.VERBOSE,
)
"""What comes right before a name, and the capitalised words behind it."""
_NO_PEOPLE = frozenset(
    "street st terrace avenue ave road rd lane drive court square squares orchestra incorporated inc ltd llc gmbh corp corporation university"
    " group hotel address apt suite box holdings partners industries solutions systems technologies bank airlines tower building park plaza"
    " station airport institute foundation hospital college".split()
)
"""Last words of streets and companies."""
_STREETS = frozenset("rue avenida via calle vicolo rua ul str strada plaza piazza store port fort saint san".split())
"""First words of streets and places."""
_REPEATED = 4
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")


def name_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of ``text[start:end]`` that can be people's names, trimmed; none where nothing can."""
    spans = []
    at = start
    for found in [*_BREAKS.finditer(text, start, end), None]:
        stop = found.start() if found else end
        span = _trimmed(text, at, stop)
        if span is not None and _can_be_name(text, *span):
            spans.append(span)
        at = found.end() if found else end
    return spans


def introduced(text: str) -> list[tuple[int, int]]:
    """Names that follow words which introduce one (``my name is``, ``Mrs.``, ``patient``), that a model misses without more of a sentence."""
    return [span for found in _INTRODUCED.finditer(text) for span in name_spans(text, *found.span("name"))]


def repeated(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where words of the names at ``spans`` stand again in the same text, as words of their own."""
    words = {word for start, end in spans for word in _WORD.findall(text[start:end]) if len(word) >= _REPEATED and word[:1].isupper()}
    words = {word for word in words if word.casefold() not in STOP}
    if not words:
        return []
    return [found.span() for found in _WORD.finditer(text) if found.group() in words and _can_be_name(text, *found.span())]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without punctuation at its edges, a possessive, and words at its edges that are no names."""
    for _ in range(8):
        before = (start, end)
        while start < end and text[start] in _EDGES:
            start += 1
        possessive = _POSSESSIVE.search(text, start, end) if end - start > 2 else None
        if possessive:
            end = possessive.start()
        while start < end and text[end - 1] in _EDGES:
            end -= 1
        words = text[start:end].split(" ")
        if len(words) > 1 and words[0].strip(_EDGES).casefold() in STOP and not words[0][:1].isupper():
            start += len(words[0])
        elif len(words) > 1 and words[-1].strip(_EDGES).casefold() in STOP and not words[-1][:1].isupper():
            end -= len(words[-1])
        if (start, end) == before:
            break
    return (start, end) if start < end else None


def _can_be_name(text: str, start: int, end: int) -> bool:
    value = text[start:end]
    if len(value) < 2 or len(value) > 80 or _NEVER.search(value) or _CAMEL.search(_CAMEL_NAME.sub("", value)):
        return False
    if text[start - 1 : start] in ("_", "/", "\\", "@", "$", "#") or text[end : end + 1] in ("_", "/", "\\", "@", "=", "("):
        return False  # a part of a path, an address, an assignment, a call
    if text[end : end + 1] in (".", "-", ":") and text[end + 1 : end + 2].isalnum() and not text[end + 1 : end + 2].isupper():
        return False
    words = _WORD.findall(value)
    if not words:
        return False
    if all(word.casefold() in STOP for word in words):
        return False
    if words[-1].casefold() in _NO_PEOPLE or words[0].casefold() in _STREETS:
        return False
    if len(words) == 1:
        return not (words[0].islower() or (words[0].isupper() and value.isascii()))
    return not all(word.islower() for word in words)
