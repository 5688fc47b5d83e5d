"""Where a field's value begins and ends in text that need not parse: logs cut by their shipper, Python reprs, JSON escaped at any depth.

Quotes are told apart by how many backslashes stand before them: ``"`` outside, ``\\"`` one level in, ``\\\\\\"`` two levels in. A value ends at
the closing quote of its own level, at an outer one (the string around it ended first: the value was cut), or at the record's end.
A record ends at a newline, except inside brackets that are laid out over indented lines, as pretty-printed JSON is.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_VALUE = 1 << 20
"""Bytes: a value's quotes and brackets are followed no further than this; what is longer ends at its record's end."""


class Value(NamedTuple):
    """A value's place: ``start``/``end`` without its quotes, ``quote`` as it stands in the text (``b""`` for bare), ``kind`` and ``cut``."""

    start: int
    end: int
    quote: bytes
    kind: str  # "string", "nested" (array, object, call), "bare"
    cut: bool


_SEPARATOR = re.compile(
    rb"""(?P<close>(?:\\{0,15}["'`]|(?:\\x5[cC]){0,15}\\x22|%22)?)\]?      # the name's own closing quote
         [ \t]{0,8}(?P<mark>:=|=>|[:=]|%3[AaDd])[ \t]{0,8}  # : = := =>
         (?:\r?\n[ \t]{1,64})?                             # pretty-printed: the value may begin on the next line
         (?P<open>[bBrRuUfF]{0,2}\\{0,15}["'`]|(?:\\x5[cC]){0,15}\\x22|%22)?""",
    re.VERBOSE,
)
_BARE = re.compile(rb"[^\s\"'&;,)\]}<>\\]{0,4096}+")
_MARK = re.compile(rb"""\\{0,63}+["'`]|\\x22|[\[\]{}()]|\r?\n""")
_OPENERS = {b"[": b"]", b"{": b"}", b"(": b")"}
_CLOSERS = frozenset(_OPENERS.values())


def value_after(text: bytes, at: int, *, bare: bool = True) -> Value | None:
    """The value of the field whose name ends at ``at`` (just before its closing quote, if it has one); ``None`` if no value follows."""
    head = _SEPARATOR.match(text, at)
    if head is None:
        return None
    start = head.end()
    opened = head.group("open")
    if opened:
        return string_value(text, start, opened.lstrip(b"bBrRuUfF"))
    first = text[start : start + 1]
    if first in _OPENERS:
        return nested_value(text, start)
    if not bare:
        return None
    end = _BARE.match(text, start).end()  # type: ignore[union-attr]  # matches the empty string
    return Value(start, end, b"", "bare", False) if end > start else None


def string_value(text: bytes, start: int, quote: bytes) -> Value:
    """The string whose opening ``quote`` (with its backslashes) ends at ``start``."""
    if quote.endswith((b"\\x22", b"%22")):
        end = _bounded_find(text, quote, start)
        return Value(start, end if end >= 0 else record_end(text, start), quote, "string", end < 0)
    if text.startswith(quote * 2, start) and quote in (b'"', b"'"):
        end = _bounded_find(text, quote * 3, start + 2)  # a Python triple-quoted string
        if end >= 0:
            return Value(start + 2, end, quote, "string", False)
    mark, depth = quote[-1:], len(quote) - 1
    position, limit = start, min(len(text), start + MAX_VALUE)
    while True:
        found = text.find(mark, position, limit)
        newline = text.find(b"\n", position, found if found >= 0 else limit)
        if newline >= 0 and mark != b"`":
            return Value(start, newline - (text[newline - 1 : newline] == b"\r"), quote, "string", True)
        if found < 0:
            return Value(start, record_end(text, limit), quote, "string", True)
        slashes = _backslashes(text, found, start)
        if slashes < depth:  # the string around it ends first
            return Value(start, found - slashes, quote, "string", True)
        if slashes % (2 * depth + 2) == depth:  # what is more is the value's own backslashes, doubled at every level
            return Value(start, found - depth, quote, "string", False)
        position = found + 1


def nested_value(text: bytes, start: int) -> Value:
    """The bracketed value that opens at ``start``, to its matching bracket; cut at the record's end, or where an outer string ends."""
    outer = _enclosing_depth(text, start)
    stack: list[bytes] = []
    limit = min(len(text), start + MAX_VALUE)
    position = start
    while True:
        found = _MARK.search(text, position, limit)
        if found is None:
            return Value(start, record_end(text, limit), b"", "nested", True)
        token = found.group()
        position = found.end()
        if token in _OPENERS:
            stack.append(_OPENERS[token])
        elif token in _CLOSERS:
            if stack and token == stack[-1]:
                stack.pop()
            if not stack:
                return Value(start, position, b"", "nested", False)
        elif token.endswith(b"\n"):
            if not _continues(text, position):
                return Value(start, found.start(), b"", "nested", True)
        elif token == b"\\x22" or len(token) - 1 >= outer:
            inner = string_value(text, position, token)
            if inner.cut:
                return Value(start, inner.end, b"", "nested", True)
            position = inner.end + (3 if text.startswith(token * 3, inner.end) and inner.start > position else len(token))
        else:
            return Value(start, found.start(), b"", "nested", True)


def record_end(text: bytes, at: int) -> int:
    """The end of the line ``at`` stands in."""
    end = text.find(b"\n", at)
    if end < 0:
        return len(text)
    return end - 1 if end > at and text[end - 1] == 13 else end


def _enclosing_depth(text: bytes, start: int) -> int:
    """How many backslashes quotes have at the level of the bracket at ``start``: those of the name's closing quote before it."""
    before = text[max(0, start - 24) : start]
    cut = max(before.rfind(b'"'), before.rfind(b"'"))
    if cut < 0:
        return 0
    return _backslashes(before, cut, 0)


def _continues(text: bytes, at: int) -> bool:
    """Whether the line that begins at ``at`` goes on with a bracketed value: it is indented, or only closes brackets."""
    return text[at : at + 1] in (b" ", b"\t", b"]", b"}", b")")


def _backslashes(text: bytes, at: int, floor: int) -> int:
    """How many backslashes stand right before ``at``, not looking before ``floor``."""
    count = at
    while count > floor and text[count - 1] == 92:
        count -= 1
    return at - count


def _bounded_find(text: bytes, what: bytes, start: int) -> int:
    return text.find(what, start, min(len(text), start + MAX_VALUE))
