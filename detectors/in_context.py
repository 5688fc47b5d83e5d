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
_WORTH_HIDING = 4


def in_context(verify: Verify) -> Verify:
    """``verify``, but of a span that begins inside a marker only what is behind the marker, and longer where its value is repeated at once."""

    def checked(text: bytes, at: int) -> Span | None:
        span = verify(text, at)
        if span is None:
            return None
        start, end = span
        opening = text.rfind(b"[", max(0, start - _BACK), start + 1)
        if opening >= 0 and (close := _marker_end(text, opening, start)) > start:
            if end - close < _WORTH_HIDING or not text[close : close + 1].isalnum():
                return None
            start = close  # ``[REDACTED:x]hunter2``: a marker in front hides nothing of what is behind it
        if end - start >= _LONG_ENOUGH and _JOINT.match(text, end):
            end = _end_of_repeats(text, start, end)
        return start, end

    return checked


def _marker_end(text: bytes, opening: int, start: int) -> int:
    """Where the marker ends that ``start`` lies in and that begins at ``opening`` or behind; -1: most brackets are not a marker's."""
    until = opening + _AHEAD
    is_bracket = not _BRACKETED.match(text, opening) and text.find(b"<", opening, start + 1) < 0
    if is_bracket and text.find(b"edacted", opening, until) < 0 and text.find(b"EDACTED", opening, until) < 0:
        return -1
    return next((close for begin, close in marker_spans(text, opening, until) if begin <= start < close), -1)


def _end_of_repeats(text: bytes, start: int, end: int) -> int:
    value = text[start:end]
    while (joint := _JOINT.match(text, end)) and text.startswith(value, joint.end()) and joint.end() < start + WINDOW:
        end = joint.end() + len(value)
    return end
