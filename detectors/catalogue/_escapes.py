"""Where a run of letters begins once the escape it is glued to is left out; not a detector."""

from __future__ import annotations

_WIDTHS = {b"u": 5, b"U": 9, b"x": 3}
"""Bytes behind the backslash that belong to the escape; one for all others: ``\\n``, ``\\t``."""


def behind_escape(text: bytes, start: int) -> int:
    """``start``, or the first byte behind the escape (``\\n``, ``\\u0022``, ``%20``) in whose middle ``start`` lies.

    For runs found by walking back: ``\\nlive_…`` is a line break and a key, and a finding never begins inside an escape.
    """
    before = text[start - 1 : start] if start else b""
    if before == b"%":
        return start + 2
    if before == b"\\":
        return start + _WIDTHS.get(text[start : start + 1], 1)
    return start
