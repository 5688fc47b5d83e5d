"""How a secret with a prefix is told from text that only looks like one; not a detector.

The rules are the same for every vendor: a log glues a key to whatever stood before it (``=``, ``%20``, a literal ``\\n``, a colour
code), cuts it anywhere, and ends it with any byte that is not its own alphabet. So a left edge knows escapes, a right edge is "no more
of the alphabet", and lengths are lower bounds. What a person or another tool has already masked (one character repeated,
``your-key-here``) is no secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from detectors.model import Anchor, Span, Verify

ANCHOR_WIDTH = 8
LONGEST_RUN = 4000

ALNUM = rb"[A-Za-z0-9]"
B64URL = rb"[A-Za-z0-9_-]"
BASE64 = rb"[A-Za-z0-9+/]"
HEX = rb"[0-9a-fA-F]"
DOTTED = rb"(?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_-]))"
"""A token with dots inside; a full stop at the end of a sentence is not part of it."""

EDGE = (
    rb"(?:(?<![A-Za-z0-9])"
    rb"|(?<=\\[nrtbf])"  # an escape written out: \n
    rb"|(?<=\\u[0-9A-Fa-f]{4})|(?<=\\x[0-9A-Fa-f]{2})"
    rb"|(?<=%[0-9A-Fa-f]{2})"  # %20, %3D
    rb"|(?<=[\[;][0-9]m)|(?<=[\[;][0-9]{2}m))"  # the end of a terminal colour code: ESC [ 3 2 m
)
"""Nothing alphanumeric before, except the last byte of an escape. ``_`` and ``-`` may stand before: ``api_key_sk-…``."""

ANYWHERE = b""
"""For prefixes that no text holds by accident: they are looked for even in the middle of a word."""

_ESCAPE_TAIL = re.compile(
    rb"(?<=\\)(?:[nrtbf]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})"
    rb"|(?<=\\u)[0-9A-Fa-f]{4}|(?<=\\x)[0-9A-Fa-f]{2}"  # where the run cannot hold the letter
    rb"|(?<=%)[0-9A-Fa-f]{2}"
    rb"|(?<=\x1b\[)[0-9;]{1,5}m"
).match
at_edge = re.compile(EDGE).match
"""Whether a token may begin at this offset."""

_FILLER = b"xX0*#._-~"
_WORDS = re.compile(rb"your[-_]?|example|placeholder|redacted|change[-_]?me|dummy|insert[-_]|[-_]here|secret[-_]?key", re.IGNORECASE)
_DIGIT = re.compile(rb"[0-9]")


def run(charset: bytes, least: int, most: int = LONGEST_RUN) -> bytes:
    """A regex: ``least`` to ``most`` of ``charset``, and then no more of it; without ``most``, as much as a window holds (the scanner
    follows what is longer)."""
    if most >= LONGEST_RUN:
        return rb"%b{%d,%d}+" % (charset, least, most)
    return rb"%b{%d,%d}+(?!%b)" % (charset, least, most, charset)


def holding(*charsets: bytes, within: bytes = ALNUM) -> bytes:
    """A regex lookahead: the run of ``within`` that follows holds at least one of each of ``charsets``."""
    return b"".join(rb"(?=%b{0,80}?%b)" % (within, charset) for charset in charsets)


MIXED = holding(rb"[0-9]", rb"[A-Z]", rb"[a-z]")


def placeholder(body: bytes) -> bool:
    """Whether a key's body was never a key, or is one no more.

    That is: one character repeated, a few characters and then ``xxxx``, or words such as ``your-key-here`` without a digit.
    """
    letters = body.translate(None, _FILLER).lower()
    if not letters.strip(letters[:1]):
        return True
    shown = len(body.rstrip(b"xX"))
    if shown <= 8 <= len(body) - shown:
        return True
    return _DIGIT.search(body, 0, 200) is None and _WORDS.search(body, 0, 200) is not None


def literal_anchors(shapes: Mapping[str, bytes], *, width: int = ANCHOR_WIDTH, pad: str = "") -> tuple[Anchor, ...]:
    """One anchor for each prefix: its first ``width`` bytes. ``pad``, a class, fills up prefixes so short that ordinary text has them."""
    heads = dict.fromkeys(prefix[:width] for prefix in shapes)
    return tuple(Anchor(head.replace(".", r"\.") + (f"{pad}{{{width - len(head)}}}" if pad and len(head) < width else "")) for head in heads)


def prefixed(shapes: Mapping[str, bytes], *, edge: bytes = EDGE, width: int = ANCHOR_WIDTH, pad: bool = False) -> Verify:
    """A ``verify`` for ``literal_anchors(shapes)``: each prefix with the regex of the body behind it, which must hold no groups.

    The finding is prefix and body. The longest prefix that fits decides. ``pad`` says that the anchors are padded.
    """
    ordered = sorted(shapes, key=len, reverse=True)
    pattern = b"|".join(rb"%b(%b)" % (re.escape(prefix.encode()), shapes[prefix]) for prefix in ordered)
    match = re.compile(rb"%b(?:%b)" % (edge, pattern)).match
    widths = [width] if pad else sorted({min(width, len(prefix)) for prefix in shapes}, reverse=True)

    def verify(text: bytes, at: int) -> Span | None:
        for back in widths:
            found = match(text, at - back) if at >= back else None
            if found and found.lastindex and not placeholder(found.group(found.lastindex)):
                return found.span()
        return None

    return verify


def run_before(text: bytes, end: int, charset: bytes, most: int) -> int:
    """Where the run of ``charset`` (its bytes, spelled out) that ends at ``end`` begins, looking back at most ``most`` bytes.

    The last bytes of an escape (the ``n`` of a written-out newline, the ``20`` of ``%20``) are not part of the run.
    """
    window = text[max(0, end - most) : end]
    start = end - len(window) + len(window.rstrip(charset))
    escape = _ESCAPE_TAIL(text, start, end)
    return escape.end() if escape else start


def said_before(text: bytes, start: int, words: tuple[bytes, ...], reach: int = 40) -> bool:
    """Whether one of ``words`` (lower case) stands within ``reach`` bytes before ``start``."""
    window = text[max(0, start - reach) : start].lower()
    return any(word in window for word in words)


_TO_VALUE = rb"[A-Za-z0-9_.\- ]{0,32}?(?:&quot;|&gt;|%3[AD]|%20|[^A-Za-z0-9+/\n_.-]){1,12}+\s{0,16}+"


def named(value: bytes) -> Verify:
    """A ``verify`` for anchors that end inside a name: the secret is ``value`` (no groups) behind the rest of the name and an operator.

    For secrets that only the vendor's name beside them gives away: ``CLOUDFLARE_API_TOKEN: "…"``, ``cloudflare token = '…'``.
    """
    match = re.compile(rb"%b(?<![A-Za-z0-9])(%b)" % (_TO_VALUE, value)).match

    def verify(text: bytes, at: int) -> Span | None:
        found = match(text, at)
        return found.span(1) if found and not placeholder(found.group(1)) else None

    return verify
