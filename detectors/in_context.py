"""What all detectors by context have in common: they read no marker as a name and its value, and take a value that is repeated at once.

``[api_key:k1:0a…]`` and ``[REDACTED:password]`` look like names with values; redacting twice must change nothing. And a value said again
right behind itself (``token = 'x' | 'x'``) has no name of its own there.
"""

from __future__ import annotations

import re

from detectors.markers import marker_spans
from detectors.model import WINDOW, Span, Verify

_BACK, _AHEAD = 160, 320
"""How far before a span's start its marker may begin, and how long a marker may be from there."""

_BRACKETED = re.compile(rb"\[(?:[a-z0-9_]{1,64}+:|[RFSBH])")
_JOINT = re.compile(rb"\\{0,7}[\"'`]?+[ \t]{0,2}+[|,;/]{1,2}+[ \t]{0,2}+\\{0,7}[\"'`]?+")
_LONG_ENOUGH = 8


def in_context(verify: Verify) -> Verify:
    """``verify``, but ``None`` for a span that begins inside a marker, and longer where its value is repeated at once."""

    def checked(text: bytes, at: int) -> Span | None:
        span = verify(text, at)
        if span is None:
            return None
        start, end = span
        opening = text.rfind(b"[", max(0, start - _BACK), start + 1)
        if opening >= 0 and _in_marker(text, opening, start):
            return None
        if end - start >= _LONG_ENOUGH and _JOINT.match(text, end):
            end = _end_of_repeats(text, start, end)
        return start, end

    return checked


def _in_marker(text: bytes, opening: int, start: int) -> bool:
    """Whether ``start`` lies in a marker that begins at ``opening`` or behind; most brackets are not a marker's."""
    until = opening + _AHEAD
    is_bracket = not _BRACKETED.match(text, opening) and text.find(b"<", opening, start + 1) < 0
    if is_bracket and text.find(b"edacted", opening, until) < 0 and text.find(b"EDACTED", opening, until) < 0:
        return False
    return any(begin <= start < close for begin, close in marker_spans(text, opening, until))


def _end_of_repeats(text: bytes, start: int, end: int) -> int:
    value = text[start:end]
    while (joint := _JOINT.match(text, end)) and text.startswith(value, joint.end()) and joint.end() < start + WINDOW:
        end = joint.end() + len(value)
    return end
