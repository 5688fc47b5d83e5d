"""Generated-looking values near a word that says secret: ``fooapp TOKEN 4f…``, ``Using Key=…``, ``foo-key-…``.

The detector of last resort: a name that says nothing by itself, or a bond so loose that only the value's own shape speaks for it.
"""

from __future__ import annotations

import re

from detectors.in_context import in_context
from detectors.markers import marker_spans
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span
from detectors.secret_shape import UUID, secret_like, stand_in

_REACH, _LONGEST = 40, 4000
_CANDIDATE = re.compile(rb"[A-Za-z0-9+/=_.~!@$%^*:|-]{8,4000}+")
_DIRECT = re.compile(rb"[ ]?(?:\w{0,12}[ ]?)?(?:[=:>|?+~-]{1,5}|=>)?[ ]?[\"'`(\[{]{0,3}[ ]?$")
_ID_BEFORE = re.compile(
    rb"(?i)(?:sha-?\d{0,3}|digest|commit|checksum|hash|md5|etag|revision|uuid|guid|trace|span|request|fingerprint|integrity|version|build"
    rb"|image|public|index|path|file|url|https?|//|[^a-z]id)(?:\b|(?=[:_=]))"
)
_SPARED = tuple(b"public partition cache sort routing primary foreign row object s3 message idempotency next page hash dedup lookup max".split())
_DEDUPLICATED = re.compile(rb"dedup\w*+$")
_WORDS = ("key", "token", "secret", "access", "private", "creds", "passwd")
_WORD_BACKWARDS = re.compile(b".{1,3}?(%b)" % b"|".join(word[::-1].encode() for word in _WORDS), re.DOTALL)
"""An anchor ends one to three bytes behind its word."""
_NAMED = re.compile(rb"[=:|.-]{0,3}+[A-Za-z_-]{1,24}[=:](?=[^=])")
_BEFORE, _BEHIND = b".:-=|!@>?+~", b".:|!@"
_HEX = re.compile(rb"[0-9a-fA-F]{20,}")
_ESCAPED = (b"n", b"r", b'"', b"'", b"t")
_OPERATOR = re.compile(rb"[=:\"'`]")
_may_hold_marker = re.compile(rb"[\[<]|edacted|EDACTED").search
_START = re.compile(rb"[A-Za-z0-9+/=_.~!@$%^*:|-]{8}")


def _verify(text: bytes, at: int) -> Span | None:
    floor = max(0, at - 32)
    before = text[floor:at].lower()
    word = _WORD_BACKWARDS.match(before[:-11:-1])
    if word is None or _is_spared(before[: -word.end()]):
        return None
    position = begin = at - word.start(1)
    line_end = text.find(b"\n", begin, begin + _REACH + _LONGEST)
    limit = line_end if line_end >= 0 else begin + _REACH + _LONGEST
    while head := _START.search(text, position, min(limit, begin + _REACH + 8)):
        run = _CANDIDATE.match(text, head.start(), limit)
        if run is None:
            return None
        position = run.end()
        if span := _span(text, begin, run.start(), position):
            return span
    return None


def _is_spared(before: bytes) -> bool:
    """What stands before the word makes a harmless name of it: ``cache key``, ``next_token``."""
    before = before.removesuffix(b"\n")
    before = before[:-1] if before[-1:] in (b" ", b"_", b".", b"-") else before
    return before.endswith(_SPARED) or (b"dedup" in before and _DEDUPLICATED.search(before) is not None)


def _span(text: bytes, begin: int, start: int, end: int) -> Span | None:
    """The secret in the run ``text[start:end]`` behind the word that ends at ``begin``: without ``name=`` and punctuation around it."""
    run = text[start:end]
    named = _NAMED.match(run)
    start += named.end() if named else len(run) - len(run.lstrip(_BEFORE))
    value = text[start:end].rstrip(_BEHIND)
    end = start + len(value)
    gap = text[begin:start]
    if not value or (_may_hold_marker(gap) and marker_spans(text, begin, start)):
        return None  # behind a value redacted before nothing is looked for: once and twice are the same
    return (start, end) if _is_secret(value, gap, text[end : end + 2]) else None


def _is_secret(value: bytes, gap: bytes, after: bytes) -> bool:
    if (len(gap) > 1 and _ID_BEFORE.search(gap)) or (after[:1] in (b"(", b"\\") and after[1:2] not in _ESCAPED):
        return False
    direct = _DIRECT.match(gap) is not None
    if _HEX.fullmatch(value) or UUID.match(value):
        return direct and gap[-1:] != b"{" and not stand_in(value)  # {GUID} of a Windows registry
    return (direct or len(value) >= 20) and secret_like(value, shortest=10 if direct and _OPERATOR.search(gap) else 16)


_SAMPLE = sample("alnum", 32)

DETECTOR = Detector(
    id="keyword_secret",
    entity="secret",
    kind="secret",
    title="Generated values near a word that says secret",
    anchors=(
        *(Anchor(word + behind, caseless=True) for word in _WORDS for behind in (" [a-z0-9]", " ['\"(:=]", "-[a-z0-9]", " - ")),
        *(Anchor("key" + behind, caseless=True) for behind in ("=[a-z0-9]", "=[\"']", ": [a-z0-9]", ": [\"']")),
        *(Anchor(word + behind, caseless=True) for word in ("secret", "private", "access", "token") for behind in ("=", ":", ">")),
    ),
    verify=in_context(_verify),
    finds=(
        f"fooapp TOKEN «{sample('hex', 40)}»",
        f"[DEBUG] Using Key=«{_SAMPLE}»",
        f"personal access token «{_SAMPLE}»<br/>",
        f"fooapp foo SECRET bar «{sample('hex', 32)}»",
        f"fooapp-secret-«{sample('hex', 32)}»",
        f"fooapp token - '«{_SAMPLE}»'",
    ),
    ignores=(
        "key 3 , result : 1",
        f"cache key {sample('hex', 32)}",
        f"key sha256:{sample('hex', 64)}",
        "secret sauce is our configuration management approach",
        "token bucket-rate-limiter-v2 refilled",
        "accepted key for ann from 192.0.2.7 port 50215 ssh2",
        f"public key {_SAMPLE}",
    ),
    reference="https://github.com/mongodb/kingfisher; https://github.com/trufflesecurity/trufflehog (detectors with keywords)",
    score=0.5,
    loose=True,
)
