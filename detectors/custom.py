"""Detectors that were written as data: a regular expression and what must hold for its match to count.

Contract: ``detector(pattern)`` gives a :class:`Detector` or raises :class:`PatternError`, which names the key. The regular expression is
RE2's, over UTF-8 text; ``^`` and ``$`` are a line's ends, and a byte that is no UTF-8 is read as the control character SUB (0x1a), so that
offsets stay. It is matched in a window of at most 4 KiB around an anchor's hit, in linear time. Anchors are what every match must contain
(``custom_syntax``); a regular expression without anything of the kind is refused, since it would have to be tried everywhere. Keywords that
are no part of every match must stand within 2 KiB of it. A match that fills its window is followed to the end of its word.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import re2  # type: ignore[import-untyped]  # its wheel carries no type information

from detectors.checksums import iban_mod97, luhn, mod11, verhoeff
from detectors.custom_runs import anchors, chance
from detectors.custom_syntax import facts
from detectors.model import WINDOW, CatalogueError, Detector, Kind, Span

FIRST = "first"
"""As a group: the first capture group that has taken part, or the whole match."""

_TOO_COMMON = 0.1
_LONE = re.compile("[\udc80-\udcff]")
_SEPARATORS = re.compile(rb"[\s.-]+")
_WORD = re.compile(rb"[^\s\"'`<>,;\\]{1,1048576}+")
_CHECKSUMS: dict[str, Callable[[bytes], bool]] = {"luhn": luhn, "iban": iban_mod97, "verhoeff": verhoeff, "mod11": mod11}

Target = Literal["group", "match", "line"]


class PatternError(ValueError):
    """A pattern that can't be used: ``key`` and what is allowed. Holds no text but the pattern's own."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(f"{key}: {text}")
        self.key = key


@dataclass(frozen=True, slots=True)
class Pattern:
    """What the operator wrote. ``excepting``: where one of these regular expressions finds something in its target, there is no match."""

    name: str
    regex: str
    entity: str = ""
    kind: Kind = "secret"
    title: str = ""
    keywords: tuple[str, ...] = ()
    group: int | str = 0
    entropy: float = 0.0
    checksum: str = ""
    except_words: tuple[str, ...] = ()
    excepting: tuple[tuple[str, Target], ...] = ()
    loose: bool = False
    reference: str = ""


@dataclass(frozen=True, slots=True)
class CustomDetector(Detector):
    """A detector of the operator's own: its examples are optional, since the policy has tests besides."""

    def __post_init__(self) -> None:
        if not self.anchors:
            raise CatalogueError(f"detector {self.id}: anchors must not be empty")


def detector(pattern: Pattern) -> Detector:
    """The detector that a pattern describes. Raises :class:`PatternError`."""
    regex = _compiled(pattern.regex, "regex")
    _check_group(pattern.group, regex)
    known = facts(pattern.regex, pattern.keywords)
    if known.shortest == 0 or regex.search(b"") is not None:
        raise PatternError("regex", "must not match the empty string")
    if any(not word.strip() for word in pattern.keywords):
        raise PatternError("keywords", "words of at least one character")
    if known.factor is None or chance(known.factor) > _TOO_COMMON:
        raise PatternError(
            "regex", "needs a few characters that every match contains, or a run of one class such as [0-9]{9}: it would match anywhere"
        )
    reach = WINDOW // 2 if known.longest is None else min(known.longest, WINDOW // 2)
    return CustomDetector(
        id=pattern.name,
        entity=pattern.entity or pattern.name,
        kind=pattern.kind,
        anchors=anchors(known.factor),
        verify=_Verification(pattern, reach, keyed=known.keyed or not pattern.keywords),
        finds=(),
        ignores=(),
        reference=pattern.reference or "the policy",
        title=pattern.title,
        score=0.6 if pattern.loose else 1.0,
        loose=pattern.loose,
    )


def _compiled(regex: str, key: str) -> Any:
    """``regex`` as RE2 reads it, with ``^`` and ``$`` at lines' ends; alone first, so that brackets can't close what is put around it."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(regex, options)
        return re2.compile(f"(?m:{regex})", options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        shown = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise PatternError(key, f"RE2 syntax, without lookarounds and backreferences ({shown})") from None
    except UnicodeError:
        raise PatternError(key, "text that is valid UTF-8") from None


def groups(regex: str) -> int:
    """How many capture groups a regular expression has; 0 where it is none."""
    try:
        return int(_compiled(regex, "regex").groups)
    except PatternError:
        return 0


def _check_group(group: int | str, regex: Any) -> None:
    if isinstance(group, int) and not 0 <= group <= regex.groups:
        raise PatternError("group", f"a number from 0 to {regex.groups}, as the regex has no group {group}")
    if isinstance(group, str) and group != FIRST and group not in regex.groupindex:
        named = ", ".join(sorted(regex.groupindex)) or "none"
        raise PatternError("group", f"a number, {FIRST}, or the name of a group of the regex ({named}); {group} is none")


def entropy(value: bytes) -> float:
    """Shannon's, in bits a character."""
    characters = value.decode("utf-8", "replace")
    size = len(characters)
    return -sum(count / size * math.log2(count / size) for count in Counter(characters).values()) if size else 0.0


class _Verification:
    """The ``verify`` of one pattern. ``reach``: how far from an anchor's hit a match around it can go."""

    __slots__ = ("_checksum", "_entropy", "_excepting", "_keyed", "_keywords", "_reach", "_regex", "_span", "_words")

    def __init__(self, pattern: Pattern, reach: int, *, keyed: bool) -> None:
        self._regex = _compiled(pattern.regex, "regex")
        self._reach = reach
        self._keyed = keyed
        self._keywords = tuple(word.lower().encode() for word in pattern.keywords)
        self._span = _span_of(pattern.group, self._regex)
        self._entropy = pattern.entropy
        self._checksum = _CHECKSUMS[pattern.checksum] if pattern.checksum else None
        self._words = tuple(word.lower().encode() for word in pattern.except_words)
        self._excepting = tuple((_compiled(regex, f"except_matching.{i}").search, target) for i, (regex, target) in enumerate(pattern.excepting))

    def __call__(self, text: bytes, at: int) -> Span | None:
        lo, hi = max(0, at - self._reach), min(len(text), at + self._reach)
        window = text[lo:hi]
        if not window.isascii():
            lo, hi = _whole_characters(text, lo, hi)
            if not _is_utf8(text[lo:hi]):
                return self._in_broken(text, lo, hi, at)
        return self._around(text, lo, hi, at)

    def _around(self, text: bytes, lo: int, hi: int, at: int) -> Span | None:
        """The group of the match within ``text[lo:hi]`` that ``at`` lies in or just behind."""
        for found in self._regex.finditer(text, lo, hi):
            if found.end() < at:
                continue
            if found.start() >= at:
                break
            if found.end() == hi < len(text):
                found = self._regex.match(text, found.start(), min(len(text), found.start() + WINDOW)) or found
            return self._checked(text, found)
        return None

    def _checked(self, text: bytes, found: Any) -> Span | None:
        start, end = self._span(found)
        value = text[start:end]
        if start == end or (self._entropy and entropy(value) < self._entropy):
            return None
        if self._checksum and not self._checksum(_SEPARATORS.sub(b"", value)):
            return None
        if self._words and any(word in lower for lower in (value.lower(),) for word in self._words):
            return None
        if not self._keyed and not self._has_keyword(text, found):
            return None
        for finds, target in self._excepting:
            if finds(value if target == "group" else found.group() if target == "match" else _line(text, found)) is not None:
                return None
        return start, _word_end(text, end) if end - found.start() >= WINDOW - 4 else end

    def _has_keyword(self, text: bytes, found: Any) -> bool:
        near = text[max(0, found.start() - WINDOW // 2) : found.end() + WINDOW // 2].lower()
        return any(word in near for word in self._keywords)

    def _in_broken(self, text: bytes, lo: int, hi: int, at: int) -> Span | None:
        """As ``_around``, in a window that is not UTF-8."""
        mended = _LONE.sub("\x1a", text[lo:hi].decode("utf-8", "surrogateescape")).encode()
        span = self._around(mended, 0, hi - lo, at - lo)
        if span is None:
            return None
        start, end = lo + span[0], lo + span[1]
        return start, _word_end(text, end) if end == hi else end


def _word_end(text: bytes, end: int) -> int:
    """Where the word ends that goes on at ``end``: what fills its window has a tail."""
    word = _WORD.match(text, end)
    return word.end() if word else end


def _span_of(group: int | str, regex: Any) -> Callable[[Any], Span]:
    number = regex.groupindex.get(group) if isinstance(group, str) else group
    return partial(_first_span, groups=regex.groups) if number is None else partial(_group_span, group=number)


def _group_span(found: Any, group: int) -> Span:
    span: Span = found.span(group)
    whole: Span = found.span()
    return span if span[0] >= 0 else whole


def _first_span(found: Any, groups: int) -> Span:
    spans: list[Span] = [found.span(i) for i in range(1, groups + 1)]
    whole: Span = found.span()
    return next((span for span in spans if span[1] > span[0]), whole)


def _line(text: bytes, found: Any) -> bytes:
    """The line a match stands in, as far as the window goes."""
    start, end = found.span()
    before = text.rfind(b"\n", max(0, start - WINDOW // 2), start) + 1 or max(0, start - WINDOW // 2)
    after = text.find(b"\n", end, end + WINDOW // 2)
    return text[before : after if after >= 0 else end + WINDOW // 2]


def _whole_characters(text: bytes, lo: int, hi: int) -> Span:
    """The window without the parts of a character that it cuts."""
    for _ in range(3):
        lo += lo < hi and text[lo] & 0xC0 == 0x80
        hi -= hi < len(text) and text[hi] & 0xC0 == 0x80
    return lo, hi


def _is_utf8(window: bytes) -> bool:
    try:
        window.decode()
    except UnicodeDecodeError:
        return False
    return True
