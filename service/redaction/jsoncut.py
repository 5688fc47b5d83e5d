"""JSON that was cut off: prompt lines are the very ones that shippers cut.

What is there of the document is completed with a few bytes, so that it can be read like any other; the bytes go again afterwards.
"""

from __future__ import annotations

import re

from service.redaction.jsondoc import well_formed

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}:,]|[^\s\[\]{}:,"]++|"', re.DOTALL)
_HALF_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*+\\(?P<unicode>u[0-9a-fA-F]{0,3})?\Z")
_LITERALS = (b"true", b"false", b"null")
_CLOSE = {123: b"}", 91: b"]"}
MAX_CUT = 1 << 20


def completion(text: bytes) -> bytes | None:
    """What must follow ``text`` to make it a well-formed document; ``None`` where nothing reasonable does.

    ``text`` begins with a bracket and is at most a MiB long.
    """
    if len(text) > MAX_CUT:
        return None
    stack: list[int] = []
    previous = b""
    last = b""
    for found in _TOKEN.finditer(text):
        token = found.group()
        first = token[0]
        if token == b'"':
            return _closed(text, _string_end(text, found.start()) + (b":null" if _is_name(stack, last) else b""), stack)
        if first in _CLOSE:
            stack.append(first)
        elif first in b"]}":
            if not stack:
                return None
            stack.pop()
        previous, last = last, token
    return _closed(text, _tail(stack, previous, last), stack)


def _closed(text: bytes, tail: bytes, stack: list[int]) -> bytes | None:
    suffix = tail + b"".join(_CLOSE[opening] for opening in reversed(stack))
    return suffix if suffix and well_formed(text + suffix) else None


def _is_name(stack: list[int], last: bytes) -> bool:
    return bool(stack) and stack[-1] == 123 and last in (b"{", b",")


def _string_end(text: bytes, opening: int) -> bytes:
    """Closes the string that opens at ``opening``, finishing an escape that was cut in two."""
    half = _HALF_ESCAPE.search(text, max(opening, len(text) - 4096))
    if half is None:
        return b'"'
    digits = half.group("unicode")
    return b'\\"' if digits is None else b"0" * (5 - len(digits)) + b'"'


def _tail(stack: list[int], previous: bytes, last: bytes) -> bytes:
    if last == b":":
        return b"null"
    if last == b",":
        return b'"":null' if stack and stack[-1] == 123 else b"null"
    if last[:1] == b'"' and _is_name(stack, previous):
        return b":null"
    for literal in _LITERALS:
        if literal.startswith(last) and last:
            return literal[len(last) :]
    return b"0" if last[-1:] in (b"-", b".", b"e", b"E", b"+") else b""
