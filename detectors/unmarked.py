"""A ``verify`` for context detectors that never reads a marker as a name and its value (``[api_key:k1:0a…]``, ``[REDACTED:password]``)."""

from __future__ import annotations

from detectors.markers import marker_spans
from detectors.model import Span, Verify

_BACK, _AHEAD = 160, 320
"""How far before a span's start its marker may begin, and how long a marker may be from there."""


def unmarked(verify: Verify) -> Verify:
    """``verify``, but ``None`` for a span that begins inside a marker: redacting twice changes nothing."""

    def checked(text: bytes, at: int) -> Span | None:
        span = verify(text, at)
        if span is None:
            return None
        start = span[0]
        opening = text.rfind(b"[", max(0, start - _BACK), start + 1)
        if opening >= 0 and any(begin <= start < end for begin, end in marker_spans(text, opening, opening + _AHEAD)):
            return None
        return span

    return checked
