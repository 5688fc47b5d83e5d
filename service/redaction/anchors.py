"""Anchors that a wire format needs besides the detectors' own: names of fields, and escapes that hide what an anchor would hit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from detectors.field_names import ANCHOR_STEMS
from detectors.model import Anchor, Detector
from detectors.prompt_keys import SCOPE_WORDS, PromptKeys


class KeyAnchor(Enum):
    """Why a place is looked at although no detector asked for it."""

    NAME = "a field's name"
    PROMPT = "the name of a prompt field"
    SCOPE = "a word that shows a JSON document to be about a language model"
    ESCAPE = "an escaped ASCII character"
    BASE64 = "an OTLP/JSON bytesValue"


ESCAPES: tuple[tuple[Anchor, KeyAnchor], ...] = (
    (Anchor(r"\\u00[2-7]"), KeyAnchor.ESCAPE),
    (Anchor(r":\\/\\/"), KeyAnchor.ESCAPE),
)
"""``user\\u0040example.com``: JSON may write any ASCII character as an escape (RFC 8259 section 7)."""

EVENT_NAMES = ("gen_ai.choice", "gen_ai.user.m", "gen_ai.system.m", "gen_ai.assistant.m", "gen_ai.tool.m", "gen_ai.content.")
"""Beginnings of event names whose record's body is a prompt or a completion (OpenTelemetry GenAI conventions up to 1.41)."""

BYTES_VALUES = tuple((Anchor(name + r"\""), KeyAnchor.BASE64) for name in ("bytesValue", "bytes_value"))


def scope_anchors() -> list[tuple[Anchor, KeyAnchor]]:
    """Quoted words of model requests and responses: quote, name, up to seven backslashes, quote."""
    return [(Anchor('"' + re.escape(word.decode()) + r'["\\]'), KeyAnchor.SCOPE) for word in SCOPE_WORDS]


_NUMBER_NAMES = ("phone", "mobile", "msisdn", "whatsapp", "phone_number", "phoneNumber", "telephone", "fax")
"""Ends of names whose value is a phone number although it is bare digits: their value may be a number that no anchor can hit."""


def name_anchors() -> list[tuple[Anchor, KeyAnchor]]:
    """Stems of sensitive names as JSON members have them: the name's end, then a quote or an escape's backslash."""
    numbers = [(Anchor(name + r'["\\]'), KeyAnchor.NAME) for name in _NUMBER_NAMES]
    return numbers + [(Anchor(stem.pattern + (r'["\\]' if stem.ends else ""), caseless=True), KeyAnchor.NAME) for stem in ANCHOR_STEMS]


def attribute_anchors(prompt_keys: PromptKeys) -> list[tuple[Anchor, KeyAnchor]]:
    """Ordinary words as OTLP/JSON attribute names: quoted on both sides. In other JSON they would be everywhere."""
    names = [re.escape(name.decode()) + '"' for name in prompt_keys.words()]
    return [(Anchor('"' + name), KeyAnchor.PROMPT) for name in (*names, *map(re.escape, EVENT_NAMES))]


def string_start_anchors(detectors: Iterable[Detector]) -> list[tuple[Anchor, Detector]]:
    """Where a protobuf string begins: behind the tag of ``AnyValue.string_value`` and a length of one byte, or the last byte of a longer one.

    The lengths are written out: a class in that place costs Hyperscan half its speed.
    """
    heads = [rf"\x0a\x{size:02x}" for size in range(8, 128)] + [rf"\x{high:02x}" for high in range(1, 8)]
    return [(Anchor(head + start), detector) for detector in detectors for start in detector.at_start for head in heads]


def protobuf_anchors(prompt_keys: PromptKeys | None, sensitive: bool) -> list[tuple[Anchor, KeyAnchor]]:
    """Names as OTLP's ``KeyValue.key`` has them: tag, length, name for exact ones; the name's end and the next tag for stems."""
    anchors: list[tuple[Anchor, KeyAnchor]] = []
    if prompt_keys is not None:
        for name in (*prompt_keys.anchor_names(), *prompt_keys.words()):
            if len(name) < 128:
                anchors.append((Anchor(rf"\x0a\x{len(name):02x}" + re.escape(name.decode())), KeyAnchor.PROMPT))
        anchors.extend((Anchor(re.escape(stem.decode())), KeyAnchor.PROMPT) for stem in prompt_keys.anchor_stems())
        anchors.extend((Anchor(re.escape(event)), KeyAnchor.PROMPT) for event in EVENT_NAMES)
    anchors.extend((Anchor(name + r"\x12"), KeyAnchor.NAME) for name in _NUMBER_NAMES)
    if sensitive:
        anchors.extend((Anchor(stem.pattern + (r"\x12" if stem.ends else ""), caseless=True), KeyAnchor.NAME) for stem in ANCHOR_STEMS)
    return anchors
