"""Parts of JSON edits that need no plan: names, members, commas. Spans of strings include their quotes."""

from __future__ import annotations

import re

from detectors.model import Span
from service.redaction.edits import Decoded, Edit, tidy


def finish(buf: bytes, lo: int, hi: int, edits: list[Edit]) -> list[Edit]:
    """Ascending and disjoint edits. An empty one drops a member or element; the first ones of a container take the comma behind them along."""
    edits = tidy(edits) if len(edits) > 1 else edits
    taken = lo  # up to where commas have been taken along
    for i, edit in enumerate(edits):
        if edit.text:
            continue
        at = edit.start - 1
        while at > lo and buf[at] in b" \t\r\n":
            at -= 1
        if edit.start >= taken and buf[at] not in b"{[":
            continue
        after = _COMMA.match(buf, edit.end, hi)
        start, taken = max(edit.start, taken), edit.end if after is None else after.end()
        edits[i] = Edit(start, taken, b"")
    return edits


_COMMA = re.compile(rb"\s*+,\s*+")


def inside(buf: bytes, span: Span) -> bytes:
    """The decoded inside of the string literal at ``span``."""
    literal = buf[span[0] + 1 : span[1] - 1]
    return Decoded(literal).text if b"\\" in literal else literal


def drop_member(buf: bytes, start: int, end: int, lo: int) -> Edit:
    """Removes the member or element at ``start``–``end`` with the comma before it (``finish`` sees to the first one)."""
    at = start - 1
    while at >= lo and buf[at] in b" \t\r\n":
        at -= 1
    return Edit(at if at >= lo and buf[at] == 44 else start, end, b"")


def unique_name(rendered: bytes, buf: bytes, lo: int, hi: int, taken: dict[bytes, int]) -> bytes:
    """A name for a redacted name: ``redacted_email``, or ``redacted_email_2`` where that is taken.

    ``taken`` remembers the last number given to each name in this record.
    """
    entity = re.search(rb"[:-]([a-z0-9_-]+)", rendered)
    base = b"redacted_" + (entity.group(1).replace(b"-", b"_") if entity else b"key")
    n = taken.get(base, 0) + 1
    if n == 1 and buf.find(base, lo, hi) >= 0:
        numbers = [int(found) for found in re.findall(re.escape(base) + rb"_([0-9]{1,6})", buf[lo:hi])]
        n = max(numbers, default=1) + 1
    taken[base] = n
    return base if n == 1 else base + b"_%d" % n


_LITERAL = rb'(?P<value>"[^"\\]*+(?:\\.[^"\\]*+)*+"|-?[0-9][0-9.eE+-]*+)'
_VALUE_BESIDE = re.compile(rb'\s*+,\s*+"(?:value|Value|v|val)"\s*+:\s*+' + _LITERAL, re.DOTALL)
_VALUE_BEFORE = re.compile(rb'"value"\s*+:\s*+' + _LITERAL + rb"\s*+,\s*+\Z", re.DOTALL)
_NEXT_ELEMENT = re.compile(rb"\s*+,\s*+" + _LITERAL + rb"\s*+\]", re.DOTALL)


def value_beside(buf: bytes, span: Span, name_span: Span | None, lo: int, hi: int) -> Span | None:
    """The value that stands beside a name which is itself a value, in an object (``name_span``: its member's name) or a list of two."""
    found = (_NEXT_ELEMENT if name_span is None else _VALUE_BESIDE).match(buf, span[1], hi)
    if found is None and name_span is not None:
        before = buf.rfind(b'"value"', max(lo, name_span[0] - 8192), name_span[0])
        found = _VALUE_BEFORE.match(buf, before, name_span[0]) if before >= 0 else None
    return found.span("value") if found is not None else None
