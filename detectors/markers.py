"""What redacted text looks like: our own markers and those of well-known tools. They are never findings, so redacting twice changes nothing.

A marker is recognised by its full form only. Text that merely contains one is examined like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

_FORMS = rb"""
    \[REDACTED:[a-z0-9_]{1,64}(?:;[a-z_]{1,16}=[A-Za-z0-9_+.-]{1,256}){0,8}\]   # ours: replace, summarize
  | \[[a-z0-9_]{1,64}:[A-Za-z0-9_.-]{1,32}:[0-9a-f]{24}\]                       # ours: hash
  | REDACTED-[a-z0-9-]{1,64}                                                    # ours, inside URLs
  | redacted_[a-z0-9_]{1,64}                                                    # ours, as a name
  | __REDACTED__ | \[REDACTED\] | <REDACTED> | <redacted> | \(redacted\)        # OpenInference and many others
  | \[Filtered\] | \[FILTERED\]                                                 # Sentry, Rails
  | <elided> | redacted-by-litellm | \[Scrubbed\ due\ to\ [^\]\n]{1,64}\]       # google-genai, LiteLLM, Logfire
  | \[Blob\ substitute\] | \[HIDDEN\] | <hidden> | <masked> | \*+\ ?redacted\ ?\*+
"""
_MARKER = re.compile(_FORMS, re.VERBOSE)
_PADDED = re.compile(rb"[\s\"'`\\]*+(?:(?:" + _FORMS + rb")[\s\"'`,;\\]*+)++", re.VERBOSE)
MARKER_STARTS = frozenset(bytes((byte,)) for byte in b"[R_r<(*\\\"'` \t\n")
_MASKED = re.compile(rb"(?:[A-Za-z0-9@._-]{0,12}[*\xe2\x80\xa2]{3,}|[A-Za-z0-9-]{0,12}\.\.\.)[*A-Za-z0-9@._-]{0,12}")


_ENTITY = re.compile(rb"\[REDACTED:([a-z0-9_]+)")


@cache
def _entities() -> frozenset[str]:
    """Every entity a marker of ours can name: a made-up one is no marker, and may be what was to be hidden."""
    from detectors.catalogue import CATALOGUE  # here, as detectors ask for markers themselves
    from detectors.field_names import ENTITIES

    return frozenset(detector.entity for detector in CATALOGUE) | ENTITIES | {"prompt", "unprocessable", "person", "location", "nrp"}


_LEARNT: set[str] = set()


def learn(entities: Iterable[str]) -> None:
    """Markers of these entities are markers, too: entities of the operator's own patterns, of plugins, and of recognised names.

    Process-wide and additive, because what a marker looks like must not depend on the plan that asks: text that one policy has redacted is
    redacted again under another one (a queue after a change of the policy, a shadow pipeline). To know a word more hides nothing but that
    very word.
    """
    _LEARNT.update(entities)


def is_marker(value: bytes) -> bool:
    """Whether the whole of ``value`` is a marker, or several in a row (quotes and white space around them aside)."""
    if value[:1] not in MARKER_STARTS or _PADDED.fullmatch(value) is None:
        return False
    return all((name := entity.decode()) in _entities() or name in _LEARNT for entity in _ENTITY.findall(value))


def is_masked(value: bytes) -> bool:
    """Whether ``value`` is what is left of a secret after a provider or ``mask`` has hidden most of it (``sk-...abcd``, ``****1234``)."""
    return (b"***" in value or b"..." in value or b"\xe2\x80\xa2" in value) and len(value) <= 64 and _MASKED.fullmatch(value) is not None


def marker_spans(text: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Where whole markers stand in ``text[start:end]``, as offsets into ``text``."""
    return [found.span() for found in _MARKER.finditer(text, start, end)]
