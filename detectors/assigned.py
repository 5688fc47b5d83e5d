"""Values that stand beside a sensitive name in text: when such a value is a secret, and when it is code, prose or a number.

A JSON member called ``password`` is structure, and nearly any value counts there (``field_names.plausible``). In free text the same
word may begin a sentence or a line of code, so here the value must also fit what holds it to its name: ``password=x`` needs little,
``password is x`` more, ``password x`` must look generated.
"""

from __future__ import annotations

import re
from functools import lru_cache

from detectors.field_names import plausible, sensitive
from detectors.model import Span, Verify
from detectors.name_value import Field, field_at
from detectors.secret_shape import secret_like

_entity_of = lru_cache(maxsize=4096)(sensitive)

_CODE = re.compile(
    rb"(?:this|self|cls|process|os|env|config|cfg|settings|request|req|res|ctx|args|params|options|opts|props|data|user|new|await|get|set)"
    rb"[.:>\[(-]|[A-Za-z_$][A-Za-z_]*+(?:(?:\.|->|::)[A-Za-z_]++)++(?:/[0-9]++)?:?$"
    rb"|[A-Z][A-Z_]*_[A-Z_]++$|[A-Z]?[a-z]++(?:[A-Z][a-z]++)++$|[a-z]++(?:_[a-z]++)++$"
)
_MIXED = re.compile(rb"(?=[A-Za-z]*+[0-9])[A-Za-z0-9]{6,}+\Z")
"""Letters and digits and nothing else: no word, path, call or code."""
_WORDS = re.compile(rb"[A-Za-z]++(?:[ _.:/-][A-Za-z]++){0,12}+$")
_LETTERS = re.compile(rb"[A-Za-z]++[.:!?]?$")
_PROSE_FOLLOWS = re.compile(rb"[.,;:]?[ ]{1,3}[A-Za-z]{2,}")
_CALL = re.compile(rb"[A-Za-z_][A-Za-z0-9_.:]*+[({\[](?![({\[])|[A-Za-z_][A-Za-z0-9_.:]*+$")
"""``Token{…`` and ``decode(…``: what a program printed of an object, or its source."""
_NUMBER = re.compile(rb"-?[0-9]{1,9}(?:\.[0-9]{1,6})?(?:ms|s|%|kb|mb)?$", re.IGNORECASE)
_PATH = re.compile(rb"(?:[A-Za-z]:)?[/\\][\w.-]+[/\\]|\.{1,2}/|https?://[^@]*$")
_FORMS = {
    "otp": re.compile(rb"[0-9]{4,8}$|[0-9]{3}[ -][0-9]{3}$|[A-Za-z0-9]{16,}=*$"),
    "card_code": re.compile(rb"[0-9]{3,4}$"),
    "ssn": re.compile(rb"[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4}$"),
}
_FORMED = frozenset((*_FORMS, "credential"))
_CALLING = (b"(", b"{", b"[")
_NUMERIC = frozenset(("otp", "card_code", "ssn", "password"))
"""Entities whose values may be plain numbers in text; ``token: 17`` is a count."""


def assigned(entities: frozenset[str]) -> Verify:
    """A ``verify`` for anchors at the end of field names: the span is the value, without its quotes, of a name with such an entity."""

    def verify(text: bytes, at: int) -> Span | None:
        field = field_at(text, at)
        if field is None or (entity := _entity_of(field.name)) not in entities or entity is None:
            return None
        if b"REDACTED" in field.name or b"redacted_" in field.name:  # one of our markers ends in its entity's name
            return None
        value = text[field.start : field.end]
        if not plausible(value, entity) or not _fits(text, field, value, entity):
            return None
        return field.start, field.end

    return verify


def _fits(text: bytes, field: Field, value: bytes, entity: str) -> bool:
    """Whether the bond between name and value is strong enough for this value."""
    if len(value) < 3 or (entity in _FORMS and not _FORMS[entity].match(value)) or value.lower() == field.name.lower():
        return False
    is_mixed = field.bond == "assigned" and not field.quoted and _MIXED.match(value) is not None
    if is_mixed and entity not in _FORMED and text[field.end : field.end + 1] not in _CALLING:
        return True
    words = _WORDS.match(value) is not None
    if field.bond == "beside" and field.quoted and entity == "password":
        return len(value) >= 6 and b" " not in value and not words
    if field.bond == "beside" or (entity == "credential" and field.bond != "option"):
        return secret_like(value, shortest=10) or (b":" in value and field.quoted and secret_like(value.replace(b":", b""), shortest=8))
    if words and (entity != "password" or not value.isalpha()) and sensitive(value):
        return False  # the value names a secret too: an option, a constant, a key into a map
    if entity not in _NUMERIC and _NUMBER.match(value) and len(value) < 6:
        return False
    if field.quoted or field.bond == "tag":
        return _quoted_fits(field, value, entity)
    return field.bond != "compared" and _bare_fits(text, field, value, entity)


def _quoted_fits(field: Field, value: bytes, entity: str) -> bool:
    if field.bond == "compared" and _LETTERS.match(value) and len(value) < 6:
        return False
    if entity == "password":  # a passphrase is prose
        return field.bond != "is" or value.count(b" ") < 3
    if value.count(b" ") > (4 if entity in ("secret", "api_key", "private_key") and field.bond == "assigned" else 2) or _PATH.match(value):
        return False
    return not _LETTERS.match(value) or (field.bond in ("assigned", "option", "tag") and len(value) >= 6)


def _bare_fits(text: bytes, field: Field, value: bytes, entity: str) -> bool:
    after = text[field.end : field.end + 4]
    call = _CALL.match(value)
    if ((b"/" in value or b"\\" in value) and _PATH.match(value)) or (call and (call.end() < len(value) or after[:1] in _CALLING)):
        return False
    if field.bond == "is":
        return not _LETTERS.match(value) and len(value) >= 6 and not value.isdigit()
    if (field.spaced or entity != "password") and _CODE.match(value):
        return False
    if _LETTERS.match(value):
        if entity != "password":
            return not field.spaced and len(value) >= 6 and not _PROSE_FOLLOWS.match(after)
        return not (field.spaced and (value[-1:] in b".:!?" or _PROSE_FOLLOWS.match(text[field.end : field.end + 8])))
    return True
