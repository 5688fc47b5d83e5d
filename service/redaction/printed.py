"""Python reprs, and other print-outs of nested values, read as the JSON they would be.

``{'role': 'user', 'content': "it's"}``, ``Message(role='user', content=[…])``, ``{ role: 'user' }``: strings in any quotes, ``None`` and
``True``, tuples, calls, ``<object at 0x…>``, names without quotes. What is cut off ends where the text does. Nothing is evaluated.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from detectors.model import Span
from detectors.values import string_value
from service.redaction.mapped import Mapped

_TOKEN = re.compile(
    rb"""(?P<space>[ \t\r\n]++)
      | (?P<quote>(?:[bB][rR]?|[rR][bB]?|[uUfF])?(?P<mark>\\{0,15}["'`]))
      | (?P<call>[A-Za-z_][\w.]{0,127}\()
      | (?P<object><[^<>\n]{1,1024}>)
      | (?P<word>[^\s\[\](){},:="'`\\<>]++(?::(?=[^\s\[\](){},:="'`\\<>])[^\s\[\](){},:="'`\\<>]++)*+)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORDS = {b"None": b"null", b"True": b"true", b"False": b"false", b"null": b"null", b"true": b"true", b"false": b"false"}
_ESCAPE = re.compile(rb"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)|[\"\x00-\x1f\\]", re.DOTALL)
_AS_IN_JSON = frozenset((b"\\\\", b'\\"', b"\\n", b"\\r", b"\\t", b"\\b", b"\\f"))
_MESSAGE = re.compile(rb"(Human|AI|System|Tool|Function|User|Assistant|Chat)?(?:MessageChunk|Message|ChatMessage)\(\Z")
_TYPES = {
    b"Human": b"human",
    b"User": b"user",
    b"AI": b"ai",
    b"Assistant": b"assistant",
    b"System": b"system",
    b"Tool": b"tool",
    b"Function": b"tool",
}
_CLOSERS = {b"{": b"}", b"[": b"]", b"(": b")"}
MAX_DEPTH = 100


class Printed(NamedTuple):
    """``buf[start:end]`` as JSON: ``json`` lacks its end where ``cut``. ``values`` are the places in ``buf`` where values begin, those of
    strings behind their quotes; ``heads`` are the same with the quotes.
    """

    start: int
    end: int
    json: Mapped
    values: frozenset[int]
    heads: frozenset[int]
    cut: bool


class _Open:
    """A bracket that is not closed yet. ``turn``: what comes next, a ``key``, a ``value``, or what is ``after`` one."""

    __slots__ = ("closer", "count", "index", "kind", "turn")

    def __init__(self, kind: str, closer: bytes, index: int) -> None:
        self.kind = kind  # "{" dict or set, "[" list or tuple, "(" call
        self.closer = closer
        self.index = index
        self.turn = "value" if kind == "[" else "key"
        self.count = 0


class _Reader:
    def __init__(self, buf: bytes, start: int) -> None:
        self.buf = buf
        self.at = start
        self.out = Mapped()
        self.values: set[int] = set()
        self.heads: set[int] = set()
        self.stack: list[_Open] = []
        self.cut = False

    def run(self, name: bytes) -> Printed | None:
        start = self.at
        if name:
            self.out.put(b'{"' + name + b'":', start, start)
        while True:
            found = _TOKEN.match(self.buf, self.at)
            if found is None:
                self.cut = True
                break
            if not self._token(found):
                return None
            if not self.stack or self.cut:
                break
        if name and not self.cut:
            self.out.put(b"}", self.at, self.at)
        return Printed(start, self.at, self.out, frozenset(self.values), frozenset(self.heads), self.cut)

    def _token(self, found: re.Match[bytes]) -> bool:
        kind, token = found.lastgroup, found.group()
        start, self.at = found.span()
        if kind == "space":
            if b"\n" in token and self.buf[self.at : self.at + 1] not in b"]})" and not token.endswith((b" ", b"\t")):
                self.at, self.cut = start, True  # the next line is another record
            else:
                self.out.put(token.replace(b"\n", b" ").replace(b"\r", b" ").replace(b"\t", b" "), start, self.at)
            return True
        if kind == "mark" or kind == "quote":
            return self._string(found)
        if kind == "call":
            return self._call(token, start)
        if kind == "object":
            return self._bare(token, start, quoted=True)
        if kind == "word":
            return self._bare(token, start, quoted=False)
        if token in _CLOSERS:
            return self._begin("[" if token != b"{" else "{", b"{" if token == b"{" else b"[", token, start)
        return self._punctuation(token, start)

    def _value(self) -> bool:
        """Whether a value may begin here; an object's name that is left out gets one."""
        self.heads.add(self.at)
        if not self.stack:
            return True
        top = self.stack[-1]
        if top.turn == "after":
            return False
        if top.turn == "key" and top.kind == "(":
            name = b"content" if top.index < 0 and not top.count else b"_%d" % top.count
            self.out.put(b'"' + name + b'":', self.at, self.at)
        top.count += 1
        top.turn = "after"
        return True

    def _begin(self, kind: str, bracket: bytes, token: bytes, start: int) -> bool:
        end, self.at = self.at, start
        if (self.stack and self.stack[-1].turn == "key" and self.stack[-1].kind == "{" and not self._is_set()) or not self._value():
            return False
        self.at = end
        self.values.add(start)
        if len(self.stack) >= MAX_DEPTH:
            return False
        self.stack.append(_Open(kind, _CLOSERS[token[-1:]], self.out.pieces))
        self.out.put(bracket, start, end)
        return True

    def _is_set(self) -> bool:
        """``{`` was no dict's: it is written as a list."""
        top = self.stack[-1]
        if top.count:
            return False
        top.kind = "["
        top.turn = "value"
        self.out.amend(top.index, b"[")
        return True

    def _call(self, token: bytes, start: int) -> bool:
        message = _MESSAGE.search(token)
        if not self._begin("(", b"{", token, start):
            return False
        if message is not None:
            self.stack[-1].index = -1
            if message.group(1) in _TYPES:
                self.out.put(b'"type":"' + _TYPES[message.group(1)] + b'",', self.at, self.at)
        return True

    def _string(self, found: re.Match[bytes]) -> bool:
        mark = found.group("mark")
        value = string_value(self.buf, found.end(), mark)
        head, self.at = found.start(), found.start()
        is_key = bool(self.stack) and self.stack[-1].kind == "{" and self.stack[-1].turn == "key"
        if not is_key and not self._value():
            return False
        if is_key:
            self.stack[-1].turn = "colon"
        else:
            self.values.add(value.start)
        width = len(mark) * (3 if value.start > found.end() else 1)
        self.at = value.end if value.cut else value.end + width
        self.out.put(b'"', head, value.start)
        self._inside(value.start, value.end)
        if value.cut:
            self.cut = True
        else:
            self.out.put(b'"', value.end, self.at)
        return True

    def _inside(self, start: int, end: int) -> None:
        """The inside of a string literal, with JSON's escapes."""
        buf, put, at = self.buf, self.out.put, start
        for found in _ESCAPE.finditer(buf, start, end):
            put(buf[at : found.start()], at, found.start())
            at = found.end()
            put(_escaped(found.group()), found.start(), at)
        put(buf[at:end], at, end)

    def _bare(self, token: bytes, start: int, *, quoted: bool) -> bool:
        end = self.at
        following = self.buf[end : end + 1]
        top = self.stack[-1] if self.stack else None
        named = top is not None and not quoted and ((top.kind == "(" and following == b"=") or (top.kind == "{" and following == b":"))
        if top is not None and named:
            if top.turn == "after" and top.kind == "(":
                self.out.put(b",", start, start)
            elif top.turn != "key":
                return False
            top.turn = "colon"
        else:
            self.at = start
            if (top is not None and top.kind == "{" and top.turn == "key" and not self._is_set()) or not self._value():
                return False
            self.at = end
            if not quoted and (token in _WORDS or _NUMBER.fullmatch(token)):
                self.out.put(_WORDS.get(token, token), start, end)
                return True
            self.values.add(start)
        self.out.put(b'"', start, start)
        self._inside(start, end)
        self.out.put(b'"', end, end)
        return True

    def _punctuation(self, token: bytes, start: int) -> bool:
        if not self.stack:
            return False
        top = self.stack[-1]
        if token == top.closer:
            if top.turn == "colon":
                if not self._set_of_one():
                    return False
            self.stack.pop()
            self.out.put(b"]" if top.kind == "[" else b"}", start, self.at)
            return True
        if token == b"," and top.turn == "colon" and self._set_of_one():
            self.out.put(token, start, self.at)
            return True
        if token == b",":
            if top.turn != "after":
                return False
            top.turn = "value" if top.kind == "[" else "key"
            return self._comma(start)
        if token in (b":", b"=") and top.turn == "colon":
            top.turn = "value"
            self.out.put(b":", start, self.at)
            return True
        return False

    def _set_of_one(self) -> bool:
        return self.stack[-1].kind == "{" and self._is_set()

    def _comma(self, start: int) -> bool:
        """A comma, unless the bracket closes behind it."""
        following = _TRAILING.match(self.buf, self.at)
        self.out.put(b" " if following else b",", start, self.at)
        return True


_TRAILING = re.compile(rb"[ \t\r\n]*+[\]})]")


def _escaped(unit: bytes) -> bytes:
    """An escape of a Python string, or a byte JSON wants escaped, as JSON has it."""
    if unit in _AS_IN_JSON or (unit[1:2] == b"u" and len(unit) == 6):
        return unit
    if len(unit) == 1:
        return b"\\" + unit if unit in b'"\\' else b"\\u%04x" % unit[0]
    if unit[1:2] in b"xU" and len(unit) > 2:
        code = int(unit[2:], 16)
    elif unit[1:2] in b"01234567":
        code = int(unit[1:], 8)
    else:
        return unit[1:] if unit[1:2] in b"'`/" else b"\\\\" + (unit[1:] if unit[1] >= 32 else b"\\u%04x" % unit[1])
    if code < 32 or 127 <= code < 160 or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return b"\\u%04x" % (code & 0xFFFF)
    return b"\\" + bytes((code,)) if code in (34, 92) else chr(code).encode()


def read(buf: bytes, start: int, name: bytes = b"") -> Printed | None:
    """The value that begins at ``start``, a bracket or a call's name; ``None`` where it makes no sense.

    ``name``: the JSON is an object that holds the value under it.
    """
    return _Reader(buf, start).run(name)


_BEGIN = re.compile(rb"[\[{]|[A-Za-z_][\w.]{0,127}\(")


def beginning(buf: bytes, lo: int, hi: int) -> Span | None:
    """Where the first value may begin in ``buf[lo:hi]``, and where its bracket ends."""
    found = _BEGIN.search(buf, lo, hi)
    return found.span() if found else None
