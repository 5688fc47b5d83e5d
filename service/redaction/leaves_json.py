"""The leaves of JSON documents, JSON inside strings included. Coordinates are byte offsets into the buffer given."""

from __future__ import annotations

import re

from detectors.model import Span
from service.redaction import jsondoc
from service.redaction.edits import Decoded, Edit, escape
from service.redaction.jsoncut import completion
from service.redaction.jsondoc import Node
from service.redaction.jsonleaf import JSON_STARTS
from service.redaction.jsonparts import inside
from service.redaction.leaves_model import MAX_DEPTH, Gone, Verdict, Visit, joined
from service.redaction.plan import UNPROCESSABLE

NESTED = 4
"""Levels of JSON inside strings."""
_COMMA = re.compile(rb"\s*+,\s*+")
_OPAQUE = b'"' + UNPROCESSABLE + b'"'
_KINDS = {116: "bool", 102: "bool", 110: "null"}


def text_edits(visit: Visit, text: bytes, name: bytes, nested: int = NESTED, *, plain: bool = False) -> Verdict:
    """The leaves of a decoded text: those of the JSON it holds, whole or cut off; else itself."""
    if nested:
        suffix = json_suffix(text)
        if suffix is not None:
            return cut_edits(visit, text, suffix, name, nested - 1)
    return visit.leaf(text, name, plain=plain)


def json_suffix(text: bytes) -> bytes | None:
    """What makes ``text`` a well-formed document: nothing, or what was cut off. ``None`` where it is no JSON object or array."""
    if text[:1] not in JSON_STARTS or text.lstrip()[:1] not in (b"{", b"["):
        return None
    return b"" if jsondoc.well_formed(text) else completion(text)


def cut_edits(visit: Visit, text: bytes, suffix: bytes, name: bytes, nested: int) -> list[Edit]:
    """Edits for the document ``text`` that would be whole with ``suffix``."""
    whole = text + suffix if suffix else text
    edits = document_edits(visit, whole, jsondoc.tree(whole, 0, len(whole), MAX_DEPTH), name, nested)
    return [Edit(a, min(b, len(text)), new) for a, b, new in edits if a < len(text)] if suffix else edits


def document_edits(visit: Visit, buf: bytes, root: Node, name: bytes, nested: int = NESTED) -> list[Edit]:
    """Edits for the leaves below ``root``, in the order they stand. A loop: documents may be deep."""
    edits: list[Edit] = []
    todo: list[tuple[Node, bytes, int, bool]] = [(root, name, -1, True)]  # node, its name, where its member begins, whether it is the first
    while todo:
        node, name, member, first = todo.pop()
        if node.kind == "{":
            below = [
                (child, joined(name, inside(buf, span)), span[0], i == 0)
                for i, (span, child) in enumerate(zip(node.names, node.children, strict=True))
            ]
            todo.extend(reversed(below))
        elif node.kind == "[":
            todo.extend((child, name, -1, True) for child in reversed(node.children))
        elif node.kind == '"':
            verdict = string_edits(visit, buf, (node.start, node.end), name, nested)
            if verdict is Gone.FIELD:
                drop(edits, buf, node, member, first)
            elif isinstance(verdict, list):
                edits += verdict
        else:
            verdict = scalar_verdict(visit, buf, node, name)
            if verdict is Gone.FIELD:
                drop(edits, buf, node, member, first)
            elif verdict:
                edits.append(Edit(node.start, node.end, _OPAQUE if node.kind == "!" else b"null"))
    return edits


def scalar_verdict(visit: Visit, buf: bytes, node: Node, name: bytes) -> Verdict:
    """What is said of a leaf that is no string."""
    kind = "opaque" if node.kind == "!" else _KINDS.get(buf[node.start], "number")
    verdict = visit.leaf(buf[node.start : node.end], name, kind)
    return [] if kind == "null" and isinstance(verdict, list) else verdict


def string_edits(visit: Visit, buf: bytes, span: Span, name: bytes, nested: int = NESTED) -> Verdict:
    """Edits for the string literal at ``span``, quotes included."""
    start, end = span[0] + 1, span[1] - 1
    literal = buf[start:end]
    decoded = Decoded(literal) if b"\\" in literal else None
    verdict = text_edits(visit, literal if decoded is None else decoded.text, name, nested)
    if not isinstance(verdict, list):
        return verdict
    edits = []
    for a, b, new in verdict:
        if decoded is not None:
            a, b = decoded.raw(a, b)
        edits.append(Edit(a + start, b + start, escape(new)))
    return edits


def drop(edits: list[Edit], buf: bytes, node: Node, member: int, first: bool) -> None:
    """Adds the edit that takes out a member (from ``member`` on) with a comma; an element or a document of its own becomes null."""
    if member < 0:
        edits.append(Edit(node.start, node.end, b"null"))
        return
    start, end = member, node.end
    if first:
        comma = _COMMA.match(buf, end)
        end = comma.end() if comma else end
    else:
        start = buf.rfind(b",", 0, start)
        start = max(start, edits[-1].end) if edits else start
    edits.append(Edit(start, end, b""))
