"""JSON where it lies: find the string, the name and the value around an offset without parsing what is before or after.

All functions work on well-formed JSON in ``buf[lo:hi]`` (the caller has checked) and return byte offsets into ``buf``. A string's span
includes its quotes.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from detectors.model import Span

STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_MAYBE_OUTSIDE = re.compile(rb'"[\s:,\[\]{}0-9eE+\-.truefalsn]*+"')
_COLON = re.compile(rb"[ \t\r\n]*+:[ \t\r\n]*+")
_SCALAR = re.compile(rb"[^\s,\]}]++")
_NUMBER = re.compile(rb"[-+0-9.eE]++")
_BLANK = b" \t\r\n"
BEHIND_STRING = b" \t\r\n:,]}"
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_RAW = msgspec.json.Decoder(msgspec.Raw)


def well_formed(document: bytes) -> bool:
    """Whether ``document`` is one JSON document (RFC 8259), checked without building it; too deep to check counts as not."""
    try:
        _RAW.decode(document)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return True


class Cursor:
    """Finds the string around offsets that are asked for in ascending order.

    The nearest quote to the left may close the string before. What stands between two quotes tells which it is, unless it could be
    both (``": 1, "``); then the strings are counted from the last place known to be outside one.
    """

    __slots__ = ("_buf", "_hi", "_lo", "_outside")

    def __init__(self, buf: bytes, lo: int, hi: int) -> None:
        self._buf = buf
        self.move(lo, hi)

    def move(self, lo: int, hi: int) -> None:
        """Go on with another document of the same buffer."""
        self._lo = self._outside = lo
        self._hi = hi

    def string_at(self, at: int) -> Span | None:
        """The string that holds the byte at ``at``; ``None`` if that byte is outside strings."""
        buf = self._buf
        opening = buf.rfind(b'"', self._lo, at + 1)
        if opening < 0:
            return None
        if buf[opening - 1] == 92:
            opening = self._quote_before(opening + 1)
            if opening < 0:
                return None
        if opening == at:  # a quote itself: which of the two it is must be counted
            return self._counted(at)
        found = STRING.match(buf, opening, self._hi)
        if found is None or found.end() <= at or (buf[opening + 1] in BEHIND_STRING and _MAYBE_OUTSIDE.match(buf, opening, found.end())):
            return self._counted(at)
        return found.span()

    def _quote_before(self, at: int) -> int:
        """The last quote before ``at`` that no backslash escapes."""
        buf, lo = self._buf, self._lo
        while True:
            at = buf.rfind(b'"', lo, at)
            if at < 0:
                return -1
            slashes = at
            while slashes > lo and buf[slashes - 1] == 92:
                slashes -= 1
            if (at - slashes) % 2 == 0:
                return at

    def _counted(self, at: int) -> Span | None:
        if at < self._outside:
            self._outside = self._lo
        for found in STRING.finditer(self._buf, self._outside, self._hi):
            if found.end() > at:
                return found.span() if found.start() <= at else None
            self._outside = found.end()
        return None


def name_before(buf: bytes, start: int, lo: int) -> Span | None:
    """The member name whose value begins at ``start``; ``None`` for an array's element or the document itself."""
    at = start - 1
    while at >= lo and buf[at] in _BLANK:
        at -= 1
    if at < lo or buf[at] != 58:  # ':'
        return None
    at -= 1
    while at >= lo and buf[at] in _BLANK:
        at -= 1
    if at < lo or buf[at] != 34:
        return None
    opening = at
    while True:
        opening = buf.rfind(b'"', lo, opening)
        if opening < 0:
            return None
        slashes = opening
        while slashes > lo and buf[slashes - 1] == 92:
            slashes -= 1
        if (opening - slashes) % 2 == 0:
            return opening, at + 1


def value_start(buf: bytes, name_end: int, hi: int) -> int:
    """Where the value of the member begins whose name's string ends at ``name_end``; -1 if that string is not a name."""
    found = _COLON.match(buf, name_end, hi)
    return found.end() if found else -1


def value_end(buf: bytes, start: int, hi: int) -> int:
    """Where the value ends that begins at ``start``."""
    first = buf[start]
    if first == 34:
        found = STRING.match(buf, start, hi)
        return found.end() if found else hi
    if first not in b"[{":
        found = _SCALAR.match(buf, start, hi)
        return found.end() if found else hi
    depth = 0
    for found in _TOKEN.finditer(buf, start, hi):
        token = buf[found.start()]
        if token in b"[{":
            depth += 1
        elif token in b"]}":
            depth -= 1
            if depth == 0:
                return found.end()
    return hi


def scalar_at(buf: bytes, at: int, lo: int, hi: int) -> Span | None:
    """The number that holds the byte at ``at``, outside strings."""
    start = at
    while start > lo and buf[start - 1] in b"0123456789+-.eE":
        start -= 1
    found = _NUMBER.match(buf, start, hi)
    return found.span() if found and found.end() > at else None


class Node(NamedTuple):
    """A JSON value: ``kind`` is ``{``, ``[``, ``"`` or ``0`` (number, true, false, null); objects have ``names``, aligned to ``children``."""

    kind: str
    start: int
    end: int
    names: list[Span]
    children: list[Node]


_LEXER = re.compile(rb'("[^"\\]*+(?:\\.[^"\\]*+)*+")(\s*+:)?+|[\[\]{}]|[^\s\[\]{}:,"]++', re.DOTALL)
_make = Node._make


def tree(buf: bytes, lo: int, hi: int, max_depth: int) -> Node:
    """The values of the document in ``buf[lo:hi]``, with their places. Deeper than ``max_depth`` a container is one opaque leaf (``!``)."""
    kind, opening = "[", lo
    names: list[Span] = []
    children: list[Node] = []
    stack: list[tuple[str, int, list[Span], list[Node]]] = []
    none: list[Any] = []  # shared by all leaves, never changed
    skipping = skipped = 0
    for found in _LEXER.finditer(buf, lo, hi):
        start = found.start()
        first = buf[start]
        if skipping:
            skipping += (first in b"[{") - (first in b"]}")
            if not skipping:
                children.append(Node("!", skipped, found.end(), none, none))
        elif first == 34:
            if found.lastindex == 2:
                names.append(found.span(1))
            else:
                children.append(_make(('"', start, found.end(), none, none)))
        elif first == 123 or first == 91:
            if len(stack) >= max_depth:
                skipping, skipped = 1, start
            else:
                stack.append((kind, opening, names, children))
                kind, opening, names, children = "{" if first == 123 else "[", start, [], []
        elif first == 125 or first == 93:
            node = _make((kind, opening, found.end(), names, children))
            kind, opening, names, children = stack.pop()
            children.append(node)
        else:
            children.append(_make(("0", start, found.end(), none, none)))
    return children[0] if len(children) == 1 and not stack else Node("[", lo, hi, names, children)
