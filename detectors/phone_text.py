"""Phone numbers as texts print them, read around an anchor: where one starts and ends, and what it must not be a part of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from detectors.model import Span
from detectors.phones import Region, is_international
from detectors.windows import window

_LEFT, _RIGHT = 36, 44

# What a number may not be glued to. An escape (`\n`, `\u0022`) in a text that is itself escaped is not glue.
_APART: Final = r"(?:(?<![A-Za-z0-9_])|(?<=\\[nrt])|(?<=\\u[0-9a-fA-F]{4}))"
_START: Final = _APART + r"(?<![A-Za-z0-9)][-./@#+])(?<![0-9]:)(?<![$#/+~-])"
_END: Final = r"(?![A-Za-z0-9_@%/+])(?![-.:][A-Za-z0-9])"
_SEPARATED: Final = r"(?:[-. ]|\) ?|\)[-.]| ?\(| - )?"
_EXTENSION: Final = re.compile(rb"(?i:;ext=|,? ?ext(?:ension)?[.:]? ?|,? ?x ?| ?# ?)\d{1,7}(?![A-Za-z0-9_])")
_INTERNATIONAL: Final = re.compile(
    (
        rf"(?:tel:)?(?:{_APART}(?<![/~$])\+\+?|(?<=tel:)\+|{_START}(?:0011|011|010|00)(?=[-. (]|[1-9]\d{{0,2}}[-. (]))"
        rf"(?P<number>[-. ]?\(?\d(?:{_SEPARATED}\d){{5,16}}+)"
    ).encode()
)
_KEY: Final = re.compile(
    rb"(?i:(?:phone|mobile|cell|contact)[_ .-]?(?:number|num|no|nr|nbr|e164|home|work|[0-9])?|tel(?:ephone)?|msisdn|whatsapp|sms|fax)"
    rb"[.]?(?:[\\\"'>]{0,6}[:=][ ]?[\\\"'\[]{0,6}|>)(?P<number>\(?\d(?:[-. /]?\(?\d\)?){6,14}+)(?![-.:/]?[A-Za-z0-9_])"
)
_WORD: Final = re.compile(
    rb"(?i:phone|telephone|mobile|cell|msisdn|whatsapp|sms|fax|call(?:ed|ing|er|ee)?|tel|dial(?:ed|led)?)"
    rb"(?i:(?:[ _-]?(?:number|num|no|nr)\.?)?(?: (?:is|me|us|at|on|to|from|him|her|them)){0,3})[\\\"'>]{0,6}[:=]? ?[\\\"']{0,6}"
    rb"(?P<number>\(?\d(?:[-. ]?\(?\d\)?){6,16}+)(?![-.:/]?[A-Za-z0-9_])"
)
# Where one of these may begin; a look at every byte of a window costs more than all that is done with a number.
_SIGNS: Final = re.compile(rb"\+|0(?=0|1[01])|t(?=el:[+0])").finditer
_DIGITS: Final = re.compile(rb"[(0-9](?:(?<!\()[0-9]*+)?").finditer
_WORDS: Final = (b"phone", b"mobile", b"cell", b"contact", b"tel", b"msisdn", b"whatsapp", b"sms", b"fax", b"call", b"dial")
_INITIALS: Final = re.compile(rb"p(?=hone)|m(?=obile|sisdn)|c(?=ell|ontact|all)|t(?=el)|w(?=hatsapp)|s(?=ms)|f(?=ax)|d(?=ial)").finditer
_FOLLOWS: Final = re.compile(_END.encode())
_NOT_DIGITS: Final = bytes(set(range(256)) - set(b"0123456789"))
_LONG_WORDS: Final = (b"phone", b"msisd", b"whats")  # `cellphone=`, `userphone=`, but `hotel=`, `recall `


def _digits(text: bytes) -> bytes:
    return text.translate(None, _NOT_DIGITS)


def _covering(pattern: re.Pattern[bytes], plain: bytes, near: int, starts: Iterable[re.Match[bytes]]) -> re.Match[bytes] | None:
    """Of the matches that ``pattern.finditer(plain)`` would list the one that ``near`` lies in or just behind.

    ``starts`` are all the places where one may begin.
    """
    done = 0
    for place in starts:
        start = place.start()
        if start >= near:
            break
        if start >= done and (found := pattern.match(plain, start)):
            done = found.end()
            if near <= done:
                return found
    return None


def _end_of_international(plain: bytes, start: int, end: int) -> int | None:
    """The end of the longest valid number that starts at ``start``: what follows may be more digits, a space apart."""
    for _ in range(6):
        trunk = plain.find(b"(0)", start, end)
        digits = _digits(plain[start:end] if trunk < 0 else plain[start:trunk] + plain[trunk + 3 : end])
        if _FOLLOWS.match(plain, end) and is_international(digits):
            return end
        end = max(plain.rfind(separator, start, end) for separator in (b" ", b"("))
        while end > start and plain[end - 1] in b" (-":
            end -= 1
        if end <= start:
            return None
    return None


def _is_mere_word(plain: bytes, found: re.Match[bytes]) -> bool:
    """The word is the end of another one (``hotel=``), or the digits are a mask (``0000000000``)."""
    start = found.start()
    before, first = plain[start - 1 : start], plain[start : start + 1]
    glued = before.isalpha() and before.islower() == first.islower() and plain[start : start + 5].lower() not in _LONG_WORDS
    return glued or len(set(_digits(found["number"]))) == 1


class PhoneReader:
    """The ``verify`` for numbers of these regions."""

    def __init__(self, regions: tuple[Region, ...]) -> None:
        templates = dict.fromkeys(template for each in regions for template in each.templates())
        self._regions = regions
        self._national = re.compile(rf"{_START}(?:{'|'.join(templates)}){_END}".encode())

    def __call__(self, text: bytes, at: int) -> Span | None:
        view = window(text, at - _LEFT, at + _RIGHT)
        near, plain = view.index(at), view.plain
        found = self._international(plain, near) or self._formatted(plain, near) or self._behind_word(plain, near)
        if found is None or (found[0] == 0 and view.start > 0) or (found[1] == len(plain) and view.end < len(text)):
            return None
        extension = _EXTENSION.match(plain, found[1])
        return view.span(found[0], extension.end() if extension else found[1])

    def _international(self, plain: bytes, near: int) -> Span | None:
        found = _covering(_INTERNATIONAL, plain, near, _SIGNS(plain))
        if found is None:
            return None
        end = _end_of_international(plain, found.start("number"), found.end())
        return (found.start(), end) if end is not None else None

    def _formatted(self, plain: bytes, near: int) -> Span | None:
        """Every template begins with a digit or a parenthesis; behind ``\\u0022`` in the middle of a run of digits."""
        starts = self._national.finditer(plain) if b"\\u" in plain else _DIGITS(plain)
        found = _covering(self._national, plain, near, starts)
        return found.span() if found and self._has(_digits(found[0])) else None

    def _behind_word(self, plain: bytes, near: int) -> Span | None:
        lower = plain.lower()
        for word in _WORDS:
            if word in lower:
                break
        else:
            return None
        for pattern, is_field in ((_KEY, True), (_WORD, False)):
            found = _covering(pattern, plain, near, _INITIALS(lower))
            if found and not _is_mere_word(plain, found) and (is_field or self._is_number(_digits(found["number"]))):
                return found.span("number")
        return None

    def _has(self, digits: bytes) -> bool:
        return any(each.has(digits) for each in self._regions)

    def _is_number(self, digits: bytes) -> bool:
        return self._has(digits) or is_international(digits[2:] if digits[:2] == b"00" else digits)
