"""All leaves of a payload, in any wire format: to be read, or changed where they stand.

For what has to see every text anyway (names, recognition, comparisons). It is no part of the hot path, which goes only where an anchor hit.

``revise`` calls ``look`` for every leaf, in the order they stand, with JSON in strings unwrapped, and makes the edits it returns in the leaf's
own syntax: escapes per level of JSON, lengths of protobuf, base64. Every other byte stays. Text that is no JSON is a leaf a line. Names
(keys) are no leaves.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.redaction import jsondoc
from service.redaction.edits import Edit, apply
from service.redaction.leaves_json import NESTED, cut_edits, document_edits, json_suffix
from service.redaction.leaves_model import MAX_DEPTH, Gone, Leaf, Look, Verdict, Visit, Wants

__all__ = ["Gone", "Leaf", "Look", "Verdict", "leaves", "revise"]

_BOM = b"\xef\xbb\xbf"


def revise(codec: str, payload: bytes, look: Look, wants: Wants | None = None) -> bytes:
    """``payload``, in the wire format ``codec`` (a name of :data:`service.redaction.pipeline.CODECS`), with the edits ``look`` asks for.

    Lines and OTLP records that ``wants``, where given, refuses by their raw bytes are not walked; they count as records all the same.
    The very object that was given where it asks for none. What is malformed is read as text; raises
    :class:`service.errors.FramingError` for malformed protobuf alone.
    """
    visit = Visit(look, wants)
    form, _, signal = codec.partition(":")
    if form == "otlp_proto":
        from service.redaction.leaves_otlp_proto import ProtoWalk  # here, as codecs ask for leaves themselves

        return ProtoWalk(visit, payload).run(signal)
    edits: list[Edit]
    if form in ("json", "otlp_json"):
        document = payload.removeprefix(_BOM)
        if jsondoc.well_formed(document):
            root = jsondoc.tree(document, 0, len(document), MAX_DEPTH)
            edits = _request(visit, document, root) if form == "otlp_json" else _document(visit, document, root)
            return payload[: len(payload) - len(document)] + apply(document, edits) if edits else payload
    edits = _lines(visit, payload)
    return apply(payload, edits) if edits else payload


def leaves(codec: str, payload: bytes, wants: Wants | None = None) -> Iterator[Leaf]:
    """Every leaf of ``payload``; raises as :func:`revise` does."""
    found: list[Leaf] = []

    def look(leaf: Leaf) -> Verdict:
        found.append(leaf)
        return []

    revise(codec, payload, look, wants)
    return iter(found)


def _request(visit: Visit, buf: bytes, root: jsondoc.Node) -> list[Edit]:
    from service.redaction.leaves_otlp_json import request_edits  # here, as codecs ask for leaves themselves

    return request_edits(visit, buf, root)


def _document(visit: Visit, buf: bytes, root: jsondoc.Node) -> list[Edit]:
    """One JSON document: a record, or an array of them."""
    edits: list[Edit] = []
    records = root.children if root.kind == "[" else [root]
    for number, node in enumerate(records):
        visit.begin(number, buf[node.start : node.end])
        found = document_edits(visit, buf, node, b"")
        edits += [Edit(node.start, node.end, b"null" if root.kind == "[" else b"")] if visit.record_gone else found
    return edits


def _lines(visit: Visit, buf: bytes) -> list[Edit]:
    edits: list[Edit] = []
    lo = number = 0
    while lo < len(buf):
        end = buf.find(b"\n", lo)
        end = len(buf) if end < 0 else end
        line = buf[lo:end].removesuffix(b"\r")
        if line and visit.wants(line):
            visit.begin(number, line)
            found = _line(visit, line)
            edits += [Edit(lo, min(end + 1, len(buf)), b"")] if visit.record_gone else [Edit(a + lo, b + lo, new) for a, b, new in found]
        number += 1
        lo = end + 1
    return edits


def _line(visit: Visit, line: bytes) -> list[Edit]:
    """A line: a document, text, or text with a document behind it."""
    suffix = json_suffix(line)
    if suffix is not None:
        return cut_edits(visit, line, suffix, b"", NESTED)
    at = line.find(b"{") if line.endswith(b"}") else -1
    if at < 0 or not jsondoc.well_formed(line[at:]):
        return _text(visit, line)
    return _text(visit, line[:at]) + [Edit(a + at, b + at, new) for a, b, new in cut_edits(visit, line[at:], b"", b"", NESTED)]


def _text(visit: Visit, text: bytes) -> list[Edit]:
    verdict = visit.leaf(text, b"body", plain=True)
    return verdict if isinstance(verdict, list) else [Edit(0, len(text), b"")]
