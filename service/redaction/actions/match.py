"""What an action is given and what it gives back."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

Syntax = Literal["text", "url", "name"]
"""Where a marker will stand: plain text, inside a URL or trace state, or as (part of) a name."""


class Match(NamedTuple):
    """What is to be redacted. ``value`` is the decoded text that was matched; ``role`` whose words it is, where it is a prompt."""

    value: bytes
    entity: str
    kind: str
    syntax: Syntax = "text"
    role: str = "user"


class Action(Protocol):
    """What becomes of a finding.

    ``render`` returns the bytes that take the match's place, or ``None`` where it goes without replacement (``drop``). It is pure and
    returns only ASCII that needs no escape in JSON, unless it returns a part of the value itself. ``strictness`` orders actions: where
    findings overlap, the highest one is applied to their union.
    """

    name: str
    strictness: int

    def render(self, match: Match) -> bytes | None: ...
