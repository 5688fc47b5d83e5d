"""Documents about language models that are shaped alike are walked once.

An application writes the same few shapes of records for ever: the same names in the same order, and other values. What ``PromptWalk`` makes of
a document follows from its **skeleton** alone, that is from names, structure, and the few values that tell whose words are below them
(``role``, ``type``): which strings are content, whose, and which are looked at like any other. So that is written down when a skeleton is
met for the second time, and from then on only the values are looked at.

Whatever does not follow from the skeleton is left to the walk: numbers that are content or that were hit, names that are findings
themselves, policies that go by values. The memory is a plan's, bounded, and holds names and roles; nothing else of any document.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple

from detectors.model import Finding, Span
from service.redaction import jsondoc, jsonparts
from service.redaction.edits import Edit
from service.redaction.jsondoc import Node
from service.redaction.jsonleaf import Hits
from service.redaction.prompt_content import FRAMING_BYTES
from service.redaction.prompt_roles import FRAMING, Speaker
from service.redaction.prompts import PromptWalk
from service.redaction.report import Report
from service.redaction.work import Unprocessable, Work

_KEPT = 512
_SEEN = 4096
_SKELETON_BYTES = 4096
_STRING = re.compile(rb'("[^"\\]*+(?:\\.[^"\\]*+)*+")', re.DOTALL)
_NUMBER = re.compile(rb"[0-9][0-9.eE+-]*+")
_NAMING = re.compile(rb"[ \t\r\n]*+:")
_LONG_FRAMING = b'"\0"'
_BLANKS = frozenset((b" ", b"\t", b"\r", b"\n"))
_FRAMING_NAMES = frozenset(b'"' + name + b'"' for name in FRAMING)
_DIGITS = frozenset(bytes((byte,)) for byte in b"-0123456789")

_Key = tuple[tuple[bytes, bytes], str, Speaker]
"""The skeleton; the place of the field and the speaker it stands under, on which decisions depend."""


class Leaf(NamedTuple):
    """A string of the document, its ``number``-th part. ``content``: it is content; else it is looked at where it or its name was hit."""

    number: int
    name: bytes
    named: bool
    content: bool
    strict: bool
    above: bytes
    speaker: Speaker
    label: Finding


class Shape(NamedTuple):
    """What follows from a skeleton. ``leaves``: by the index of their string; ``content``: those that are content, ascending."""

    leaves: dict[int, Leaf]
    content: tuple[Leaf, ...]


class Shapes:
    """The shapes a plan has met."""

    __slots__ = ("_seen", "_shapes")

    def __init__(self) -> None:
        self._shapes: dict[_Key, Shape | None] = {}
        self._seen: set[int] = set()

    def shape(self, work: Work, buf: bytes, lo: int, hi: int, parts: list[bytes]) -> Shape | None:
        """The shape of the document ``buf[lo:hi]``, whose strings stand in ``parts``; ``None`` where there is none to go by."""
        skeleton = _skeleton(parts)
        if len(skeleton[0]) + len(skeleton[1]) > _SKELETON_BYTES:
            return None
        key = skeleton, work.place, work.speaker
        if key in self._shapes:  # with None where it could not be told
            return self._shapes[key]
        number = hash(key)
        if number not in self._seen:  # of documents that are all different nothing is to be learnt
            if len(self._seen) >= _SEEN:
                self._seen.clear()
            self._seen.add(number)
            return None
        if len(self._shapes) >= _KEPT:
            self._shapes.clear()
        shape = self._shapes[key] = _shape_of(work, buf, lo, hi, parts)
        return shape


def document_edits(work: Work, buf: bytes, lo: int, hi: int, hits: Hits) -> list[Edit]:
    """Edits for the well-formed document ``buf[lo:hi]``, which is about a language model; tidy them with ``jsonparts.finish``."""
    plan = work.plan
    if work.measures is None and plan.unknown != "strict":
        shapes = plan.memory.get(Shapes)
        if shapes is None:
            shapes = plan.memory[Shapes] = Shapes()
        parts = _STRING.split(buf[lo:hi])
        shape = shapes.shape(work, buf, lo, hi, parts)
        edits = None if shape is None else _applied(work, buf, lo, hits, parts, shape)
        if edits is not None:
            return edits
    return PromptWalk(work, buf, hits).document(jsondoc.tree(buf, lo, hi, plan.max_depth))


def _skeleton(parts: list[bytes]) -> tuple[bytes, bytes]:
    """What is between the strings, without numbers; and the strings, without values that tell nothing about the structure.

    ``parts``: what is between strings, and the strings, by turns. A quote joins the former, as none is in them.
    """
    strings = parts[1::2]
    telling = False
    for i, gap in enumerate(parts[2::2]):
        if gap[:1] == b":" or (gap[:1] in _BLANKS and gap.lstrip()[:1] == b":"):
            name = strings[i]
            telling = name in _FRAMING_NAMES or name.endswith(b'.role"') or b"\\" in name
        elif not telling:
            strings[i] = b""
        else:
            telling = False
            if len(strings[i]) > FRAMING_BYTES:
                strings[i] = _LONG_FRAMING
    return _NUMBER.sub(b"0", b'"'.join(parts[0::2])), b"".join(strings)


class _Recorder(PromptWalk):
    """Walks a document and writes down what becomes of its strings, instead of looking at them."""

    def __init__(self, work: Work, buf: bytes, strings: dict[int, int]) -> None:
        super().__init__(work, buf, [])
        self.leaves: dict[int, Leaf] = {}
        self.fits = True
        self._strings = strings

    def content(self, name_span: Span | None, name: bytes, node: Node, *, strict: bool, above: bytes = b"") -> None:
        if node.kind == '"':
            self._note(name_span, name, node.start, content=True, strict=strict, above=above)
        elif node.kind in "[{":
            super().content(name_span, name, node, strict=strict, above=above)
        elif node.kind == "!" or strict:
            self.fits = False

    def framing(self, node: Node, names: list[bytes]) -> dict[bytes, bytes]:
        if any(name == b"id" and child.kind == "[" for name, child in zip(names, node.children, strict=True)):
            self.fits = False
        return super().framing(node, names)

    def _walk(self, node: Node, path: tuple[bytes, ...]) -> None:
        if node.kind == "!":
            self.fits = False
        else:
            super()._walk(node, path)

    def _instead(self, name_span: Span | None, name: bytes, node: Node, instead: bytes, *, readable: bool) -> bool:
        self.fits = False
        return True

    def _stays(self, name_span: Span | None, name: bytes, node: Node) -> None:
        if node.kind == '"':
            self._note(name_span, name, node.start)

    def _element(self, span: Span, name: bytes) -> None:
        self._note(None, name, span[0])

    def _note(self, name_span: Span | None, name: bytes, start: int, *, content: bool = False, strict: bool = False, above: bytes = b"") -> None:
        index = self._strings[start]
        self.leaves[index] = Leaf(index, name, name_span is not None, content, strict, above, self.work.speaker, self.work.label)


def _shape_of(work: Work, buf: bytes, lo: int, hi: int, parts: list[bytes]) -> Shape | None:
    """What follows from the skeleton of the document at hand; ``None`` where not everything does."""
    scratch = Work(work.plan, Report(), work.place)
    scratch.speaker = work.speaker
    offsets = list(accumulate(map(len, parts), initial=lo))
    strings = {offsets[i]: i for i in range(1, len(parts), 2)}
    root = jsondoc.tree(buf, lo, hi, work.plan.max_depth)
    recorder = _Recorder(scratch, buf, strings)
    try:
        recorder.document(root)
        if not recorder.fits or scratch.report.findings or root.kind not in "[{" or not _names_stay(scratch, parts):
            return None
    except Unprocessable:
        return None
    leaves = dict(sorted(recorder.leaves.items()))
    return Shape(leaves, tuple(leaf for leaf in leaves.values() if leaf.content))


def _names_stay(scratch: Work, parts: list[bytes]) -> bool:
    """Whether no member's name is itself a finding."""
    scratch.place = "key"
    for i in range(1, len(parts), 2):
        if _NAMING.match(parts[i + 1]) and scratch.text_edits(jsonparts.inside(parts[i], (0, len(parts[i])))):
            return False
    return not scratch.report.findings


class _Values(PromptWalk):
    """Looks at the strings of a document of a known shape."""

    def look(self, leaf: Leaf, name_span: Span | None, span: Span) -> None:
        """What the walk would do with this string."""
        self.work.speaker, self.work.label = leaf.speaker, leaf.label
        node = Node('"', *span, [], [])
        if leaf.content:
            self.content(name_span, leaf.name, node, strict=leaf.strict, above=leaf.above)
        else:
            self._stays(name_span, leaf.name, node)


def _applied(work: Work, buf: bytes, lo: int, hits: Hits, parts: list[bytes], shape: Shape) -> list[Edit] | None:
    """Edits for a document of this shape; ``None`` where something was hit that does not follow from the shape."""
    starts = list(accumulate(map(len, parts), initial=lo))  # parts[i] is buf[starts[i]:starts[i + 1]]
    wanted = {leaf.number: leaf for leaf in shape.content}
    for end, pattern in hits:
        index = bisect_left(starts, end) - 1
        if not index & 1:
            if _NUMBER.search(parts[index]):
                return None
            continue
        leaf = shape.leaves.get(index)
        if leaf is None:
            leaf = shape.leaves.get(index + 2)
            if leaf is None or not leaf.named:
                if not _says_nothing(work, parts, index, pattern):
                    return None
                continue
        wanted[leaf.number] = leaf
    walk = _Values(work, buf, hits)
    outer, label = work.speaker, work.label
    for index in sorted(wanted):
        name_span = (starts[index - 2], starts[index - 1]) if wanted[index].named else None
        walk.look(wanted[index], name_span, (starts[index], starts[index + 1]))
    work.speaker, work.label = outer, label
    return walk.edits


def _says_nothing(work: Work, parts: list[bytes], index: int, pattern: int) -> bool:
    """Whether a member's name that was hit, and whose value is no string, says nothing about that value."""
    behind = _NAMING.match(parts[index + 1])
    if behind is None or work.plan.entity_of(jsonparts.inside(parts[index], (0, len(parts[index])))) is not None:
        return False
    first = parts[index + 1][behind.end() :].lstrip()[:1]
    return first not in _DIGITS or pattern in work.plan.json_scope_patterns
