"""What a walk over a payload shows of each leaf, and what it may be told in return."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from service.redaction.edits import Edit

MAX_DEPTH = 128
"""Levels of containers; what lies deeper is one ``opaque`` leaf. Protobuf's own decoders stop at 100."""
NAME_BYTES = 512
"""Of a longer name the end is kept: a name is put together anew for every leaf."""


class Leaf(NamedTuple):
    """One value of a payload.

    ``text``: the value, decoded; numbers, booleans and null as JSON writes them. ``name``: a JSON member's dotted path (elements of an array
    have the array's name), an OTLP attribute's key; ``body`` for a log record's body and a line of text, ``name``, ``status.message``
    and the like for OTLP's own fields; with ``resource.``, ``scope.``, ``event.``, ``link.``, ``exemplar.`` before it where it stands in one.
    ``place``: as policies call it. ``kind``: ``string``, ``number``, ``bool``, ``null``, ``bytes``; ``opaque`` is what lies too deep.
    ``record``: the record's number in the payload; -1 for what holds for all records of a resource or scope. ``resource``: the number of
    the OTLP resource it belongs to. ``trace``: the record's trace id in lower-case hex, or empty. ``plain``: a line or part of a line of
    plain text, which is no field that could be dropped.
    """

    text: bytes
    name: bytes
    place: str = "body"
    kind: str = "string"
    record: int = 0
    trace: bytes = b""
    resource: int = 0
    plain: bool = False


class Gone(Enum):
    """Instead of edits: the field goes (an array's element becomes null), or the record."""

    FIELD = 1
    RECORD = 2


Verdict = list[Edit] | Gone
Look = Callable[[Leaf], Verdict]
"""Edits of the leaf's text: ascending, disjoint, in the decoded text's coordinates. Any edit of a leaf that is no string makes it null."""

Wants = Callable[[bytes], bool]
"""Whether a record is to be walked, by its raw bytes."""


def _everything(raw: bytes) -> bool:
    del raw
    return True


_TRACE = re.compile(rb'\b(?:dd\.)?trace[._]?id\\*"?[ \t]?[:=][ \t]?\\*"?([0-9a-z-]{8,36})', re.IGNORECASE)


class Visit:
    """The way to ``look``, and where in the payload the walk is. ``record_gone`` is set when a leaf takes its record along."""

    __slots__ = ("look", "place", "record", "record_gone", "resource", "trace", "wants")

    def __init__(self, look: Look, wants: Wants | None = None) -> None:
        self.look = look
        self.wants = wants or _everything
        self.place = "body"
        self.record = -1
        self.resource = 0
        self.trace = b""
        self.record_gone = False

    def begin(self, record: int, raw: bytes) -> None:
        """A record of text or JSON begins."""
        self.record = record
        self.record_gone = False
        found = _TRACE.search(raw) if b"race" in raw or b"RACE" in raw else None
        self.trace = found.group(1).lower() if found else b""

    def leaf(self, text: bytes, name: bytes, kind: str = "string", *, plain: bool = False) -> Verdict:
        verdict = self.look(Leaf(text, name or b"body", self.place, kind, self.record, self.trace, self.resource, plain))
        if verdict is Gone.RECORD:
            self.record_gone = True
            return Gone.FIELD
        return verdict


def joined(name: bytes, member: bytes) -> bytes:
    """The dotted path of ``member`` under ``name``."""
    return (name + b"." + member if name else member)[-NAME_BYTES:]
