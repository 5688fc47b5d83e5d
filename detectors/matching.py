"""Ways to build a ``verify``: match a regular expression at the anchor, nothing else."""

from __future__ import annotations

import re

from detectors.model import Span, Verify


def token(regex: bytes, *, back: int, flags: int = 0) -> Verify:
    """A ``verify`` that matches ``regex`` starting ``back`` bytes before the anchor's end.

    ``back`` is the anchor's width when the regex begins where the anchor does. The span is that of group ``secret`` if the regex has
    one, else of the whole match. Lookbehinds see the bytes before the start. Write quantifiers that cannot backtrack into each other
    (possessive ``++``/``{m,n}+`` are available) and bound them to 4 KiB.
    """
    compiled = re.compile(regex, flags)
    match = compiled.match
    group: int | str = "secret" if "secret" in compiled.groupindex else 0

    def verify(text: bytes, at: int) -> Span | None:
        start = at - back
        if start < 0:
            return None
        found = match(text, start)
        return found.span(group) if found else None

    return verify


_ALPHABETS = {
    "hex": "0123456789abcdef",
    "digits": "0123456789",
    "lower": "abcdefghijklmnopqrstuvwxyz0123456789",
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "base32": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    "alnum": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    "b64url": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
}


def sample(alphabet: str, length: int, seed: int = 7) -> str:
    """``length`` characters of ``alphabet`` ('hex', 'alnum', 'b64url', …), always the same ones: bodies of example secrets."""
    letters = _ALPHABETS[alphabet]
    state, out = seed * 2654435761 % 2**32 or 1, []
    for _ in range(length):
        state = (state * 1664525 + 1013904223) % 2**32
        out.append(letters[(state >> 16) % len(letters)])
    if out and not letters[0].isdigit() and not out[-1].isalnum():
        out[-1] = "A"
    return "".join(out)
