"""What secrets look like, and what only stands in for one.

Pure functions over one value, without its quotes. ``stand_in`` says that a value is a placeholder, a mask, a constant or a type
name, so that there is nothing to hide; ``secret_like`` says that it looks made by a machine, for places where the name beside it is
no proof. Both look at the first 4 KiB only.
"""

from __future__ import annotations

import re
import string
from functools import lru_cache
from math import log2

from detectors.markers import is_marker
from detectors.model import WINDOW

_CONSTANTS = frozenset(
    b"true false null none nil undefined nan yes no on off y n t f n/a na - -- empty unset set missing present absent required optional"
    b" enabled disabled disable enable invalid valid unknown default auto string str text bytes boolean bool int integer number float"
    b" object array any void char varchar uuid never always ok error failed success redacted masked hidden removed filtered elided"
    b" omitted sanitized scrubbed placeholder changeme change_me change-me todo tbd example dummy".split()
)

_STAND_IN = re.compile(
    rb"""
    (?: [*.xX\#_?\-\xe2\x80\xa2]{3,}+ $                                # ****, xxxx, ....
      | \[ (?:[a-z]{1,20}[ _-])? (?:redact|filter|mask|hidden|remov|scrub|elid|secret|sanit|omit) [^\]]{0,80}+ \] $
      | \[ [a-z_]{1,40}+ : [^:\]]{1,40}+ : [0-9a-f]{24} \] $                                   # our own pseudonym
      | (?:<|&lt;|\\u003c|%3C) /?+ [a-z0-9 ._:'/-]{1,60}+ (?:>|&gt;|\\u003e|%3E) $                 # <token>, <your-key>
      | [a-z]{1,20}(?:[ _-](?:key|token|value))? \( [^()]{0,20}\*{3,} [^()]{0,4} \) $         # SecretStr('**********')
      | \$ (?: \{ [^}]{1,80}+ \} | \( [^)]{1,80}+ \) | \{\{ [^}]{1,80}+ \}\} ) $              # ${VAR}, $(cmd), ${{ secrets.X }}
      | \$ [A-Z_][A-Z0-9_]{2,60}+ $                                                          # $DB_PASSWORD
      | \{\{? [ ]?+ [a-z_$.:()'"|-]{0,80}+ [ ]? \}?\} $                                        # {token}, {{ token }}
      | % [A-Z_][A-Z0-9_]{2,60}+ % $                                                         # %PASSWORD%
      | %-?+ [0-9]{0,3}+ [sdvqrxi] $ | %\( [a-z_]{1,60}+ \) s $ | %\{ [^}]{1,60}+ \} $         # %s, %(token)s, %{token}
      | :[a-z_]{2,40}+ $ | \?{1,3} $
      | __ [a-z]{0,20}+ (?:_ [a-z]{1,20}+){0,4}+ __ $                                        # __REDACTED__
      | (?:your|insert|enter|replace|redacted|masked|hidden|example|dummy|sample)
        (?: [ _-] [a-z]{1,24}+ ){1,6}+ [!.]? $                                               # your-api-key-here
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MASKED = re.compile(rb"(?i)[^*]{0,16}+\*{3,}+[^*]{0,8}+$|[^.\xe2]{0,16}+(?:\.{3}|\xe2\x80\xa6)[^.]{0,8}+$|[^x]{0,12}+x{6,}+[^x]{0,8}+$")
"""A vendor's own mask keeps the ends: ``sk-...abcd``, ``sk-proj-****``, ``Be****3f``."""

_ALPHABET = (string.ascii_letters + string.digits + "+/=_.~:!@#$%^&*|?-").encode()
_WORD = rb"(?:[A-Z]?[a-z]{2,}+[0-9]{0,4}+|[A-Z]{2,}+[0-9]{0,4}+|[0-9]{1,6}+|v[0-9]++)"
_WORDS = re.compile(_WORD + rb"(?:(?:[ ._/:-]|(?<=[a-z])(?=[A-Z]))" + _WORD + rb"){0,40}+$")
_DIGITS, _LETTERS = string.digits.encode(), string.ascii_letters.encode()
_URL = re.compile(rb"[a-z][a-z0-9+.-]{1,15}:/")
_PATH = re.compile(rb"[^/]{0,64}+(?:/[a-z0-9_.*@+-]{2,64}+){2,}+(?:/|$)")
_IDENTIFIER = re.compile(
    rb"(?i)(?:sha-?[0-9]{1,3}|md5)[:=_-]|(?:[a-z]{1,24}[_-]){1,3}[0-9]{3,}+(?:[_-][0-9a-z]{1,8}+){0,8}+$"
    rb"|[a-z0-9-]{1,200}?-[a-f0-9]{6,10}-[a-z0-9]{5}$"
)
"""Digests with their algorithm, numbered things (``job_1445_0020``), Kubernetes pods (``orders-7d6dfcc787-x7k2p``)."""
_HEX = re.compile(rb"(?:[0-9a-f]++|[0-9A-F]++)$")
UUID = re.compile(rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$")


def stand_in(value: bytes) -> bool:
    """True for what tells nothing: empty, a constant, a placeholder, a template, a mask, one character repeated."""
    text = value[:WINDOW].strip(b" \t\r\n\"'`\\,;")
    if len(text) < 2:
        return not text.isdigit()
    if text.lower() in _CONSTANTS or text == text[:1] * len(text):
        return True
    if text.startswith(b"[REDACTED:"):
        return is_marker(text)  # with an entity of ours; anything else may be what was to be hidden
    return bool(_STAND_IN.match(text) or (len(text) < 64 and _MASKED.match(text)))


def entropy(value: bytes) -> float:
    """Shannon entropy of the bytes, in bits per byte."""
    total = len(value)
    if not total:
        return 0.0
    counts = [value.count(byte) for byte in set(value)]
    return -sum(count / total * log2(count / total) for count in counts)


def varied(value: bytes, bits: float) -> bool:
    """Whether ``entropy(value) >= bits``, which is nearly always clear from how many bytes of it are different."""
    total, distinct = len(value), len(set(value))
    return distinct >= _clearly(total, bits) or (1 << int(bits) <= distinct and entropy(value) >= bits)


@lru_cache(maxsize=8192)
def _clearly(total: int, bits: float) -> int:
    """How many different bytes give ``total`` of them ``bits`` of entropy, however they are spread: the worst is all but one only once."""
    for distinct in range(1, min(total, 256) + 1):
        often = total - distinct + 1
        if (distinct - 1) / total * log2(total) - often / total * log2(often / total) > bits + 1e-9:
            return distinct
    return 257


def secret_like(value: bytes, *, shortest: int = 16) -> bool:
    """True when the value looks generated: letters and digits mixed, or hex, or a UUID, or varied case; not words, paths or numbers."""
    text = value[:256]
    if len(text) < shortest or text.removesuffix(b"\n").translate(None, _ALPHABET) or stand_in(text):
        return False
    if text[8:9] == b"-" and UUID.match(text):
        return True
    digits = len(text) - len(text.translate(None, _DIGITS))
    letters = len(text) - len(text.translate(None, _LETTERS))
    if not letters or letters + digits < 0.7 * len(text):
        return False
    if _HEX.match(text):
        return len(text) >= 20 and digits > 0
    if letters + digits < len(text) and _is_named(text):
        return False
    if letters == len(text) >= 20 and len(set(text)) >= 15 and (text.islower() or text.isupper()):
        return True
    if _WORDS.match(text):
        return False
    if not digits:
        upper = len(text) - len(text.translate(None, _LETTERS[26:]))
        return 0.2 < upper / letters < 0.8 and varied(text, 3.5) and len(text) >= 20
    return varied(text, 3.0 if len(text) < 24 else 3.2)


def _is_named(text: bytes) -> bool:
    """A URL, a path, a digest with its algorithm, a numbered thing: none of these is of letters and digits alone."""
    if b"/" in text and (_URL.match(text) or _PATH.match(text)):
        return True
    return _IDENTIFIER.match(text) is not None
