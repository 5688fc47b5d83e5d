"""Prompt content that is JSON, value by value: what goes, in whose words' mode, and what stays for a consumer to read.

Keys, order, roles, part types, ids, finish reasons, token counts stay; each string that is content becomes a marker; JSON inside a string
stays JSON inside a string; numbers stay, save in tool arguments (``null``) and in lists that are the text in another form (token ids,
logprobs, embeddings: ``[]``). Where a role's mode lets its words through, they are looked at as any other leaf.
"""

from __future__ import annotations

from bisect import bisect_right

from detectors.markers import is_marker, is_masked
from detectors.model import Span
from detectors.scanner import TooManyHitsError
from service.redaction import jsondoc, jsonedit, jsonleaf, jsonparts, prompt_media
from service.redaction.edits import Decoded, Edit, apply, escape
from service.redaction.jsondoc import Node
from service.redaction.prompt_fields import is_argument, is_structure, is_text_as_numbers, tool_values
from service.redaction.prompt_roles import FRAMING, MESSAGE, OPEN, Speaker, class_role, framing_of, role_named, role_names
from service.redaction.work import Unprocessable, Work

FRAMING_BYTES = 66
_DIGITS = b"-0123456789"
_SAY_NOTHING = frozenset((b"null", b"true", b"false"))


class ContentWalk:
    """Walks one document. ``hits`` are anchor hits in it, ascending by end offset: a leaf that stays is looked at only where one lies;
    ``None``: wherever it lies."""

    def __init__(self, work: Work, buf: bytes, hits: jsonleaf.Hits | None) -> None:
        self.work = work
        self.buf = buf
        self.edits: list[Edit] = []
        self._ends = None if hits is None else [end for end, _ in hits]
        self._local = jsonedit.LocalEdits(work, buf, 0, len(buf))
        self._local.edits = self.edits

    def use(self, local: jsonedit.LocalEdits) -> None:
        """Share another walk's edits and names given to redacted names."""
        self._local = local
        self.edits = local.edits

    def _hit(self, start: int, end: int) -> bool:
        if self._ends is None:
            return True
        at = bisect_right(self._ends, start)
        return at < len(self._ends) and self._ends[at] <= end

    def content(self, name_span: Span | None, name: bytes, node: Node, *, strict: bool, above: bytes = b"") -> None:
        """Redacts a value that is content of the speaker at hand; ``above`` is the name that its member's object stands under."""
        if node.kind == '"':
            edits = self.string(node, name, strict, above)
            if edits is None:
                outer, self.work.speaker = self.work.speaker, self.work.speaker.settled()
                self._stays(name_span, name, node)
                self.work.speaker = outer
            elif self.work.drop_field:
                self._local.put(name_span, node.start, node.end, Edit(node.start, node.end, b"null"))
            else:
                self.edits.extend(edits)
        elif node.kind == "0":
            if not strict or self.buf[node.start] not in _DIGITS or not self._instead(name_span, name, node, b"null", readable=True):
                self._stays(name_span, name, node)
        elif node.kind == "!":
            self.edits.append(Edit(node.start, node.end, b'"' + self.work.unprocessable("depth") + b'"'))
        elif node.kind == "[":
            if node.children and is_text_as_numbers(name, above) and self._instead(name_span, name, node, b"[]", readable=False):
                return
            for child in node.children:
                self.content(None, name, child, strict=strict, above=above)
        else:
            self._object(node, name, strict)

    def _object(self, node: Node, name: bytes, strict: bool) -> None:
        work, keeps = self.work, self.work.plan.prompt_keys.keeps
        names = [jsonparts.inside(self.buf, span) for span in node.names]
        framing = self.framing(node, names)
        tools = frozenset() if strict else tool_values(names, framing)
        outer = work.speaker
        speakers: list[Speaker] | None = None
        if work.plan.prompt_modes.roles_matter:
            if work.measures is not None:
                work.measures.entered(framing, outer, outer.within(framing, held_by=name))
            speakers = self.speakers(node, names, framing, name)
        for i, (name_span, inner, child) in enumerate(zip(node.names, names, node.children, strict=True)):
            if self._hit(*name_span):
                self._local.name(name_span, inner)
            if child.kind == "0" and keeps(inner):
                continue
            if speakers is not None:
                work.speaker = speakers[i]
            self.content(name_span, inner, child, strict=strict or inner in tools or is_argument(inner), above=name)
        work.speaker = outer

    def speakers(self, node: Node, names: list[bytes], framing: dict[bytes, bytes], held_by: bytes) -> list[Speaker]:
        """Whose words stand under each of an object's members; ``gen_ai.prompt.0.role`` tells it of all of ``gen_ai.prompt.0``."""
        own = self.work.speaker.within(framing, held_by=held_by)
        out = [own.under(name) for name in names]
        if own.level != OPEN:
            return out
        numbered = {
            name: jsonparts.inside(self.buf, (child.start, child.end))
            for name, child in zip(names, node.children, strict=True)
            if name.endswith(b".role") and child.kind == '"' and child.end - child.start <= FRAMING_BYTES
        }
        for i, name in enumerate(names) if numbered else ():
            role = next((role for key in role_names(name) if (role := role_named(numbered.get(key, b"")))), None)
            if role is not None:
                out[i] = Speaker(role, MESSAGE).under(name)
        return out

    def framing(self, node: Node, names: list[bytes]) -> dict[bytes, bytes]:
        """The members of an object that tell whose words are in it."""
        pairs = []
        for inner, child in zip(names, node.children, strict=True):
            if inner in FRAMING and child.kind == '"' and child.end - child.start <= FRAMING_BYTES:
                pairs.append((inner, jsonparts.inside(self.buf, (child.start, child.end))))
            elif inner == b"id" and child.kind == "[" and len(child.children) <= 8:
                role = class_role(self.buf[one.start + 1 : one.end - 1] for one in child.children if one.kind == '"')
                pairs.append((b"role", (role or "").encode()))
        return framing_of(pairs)

    def string(self, node: Node, name: bytes, strict: bool, above: bytes = b"") -> list[Edit] | None:
        """Edits for a string literal that is content; ``None`` where it stays, to be looked at like any other.

        ``work.drop_field`` is set where it goes without replacement.
        """
        literal = self.buf[node.start + 1 : node.end - 1]
        decoded = Decoded(literal) if b"\\" in literal else None
        text = decoded.text if decoded else literal
        if is_spent(text):
            return []
        if not strict and is_structure(name, text):
            return jsonleaf.string_edits(self.work, self.buf, (node.start, node.end), name)
        if text.lstrip()[:1] in (b"{", b"[") and jsondoc.well_formed(text):
            return self._nested(node, decoded, text, name, strict)
        replaced = replacement(self.work, text, name, strict, above)
        return None if replaced is None else [Edit(node.start + 1, node.end - 1, escape(replaced))]

    def _nested(self, node: Node, decoded: Decoded | None, text: bytes, name: bytes, strict: bool) -> list[Edit]:
        """Content that is JSON in a string stays JSON in a string."""
        base = node.start + 1
        out = []
        for a, b, new in document_content(self.work, text, name, strict):
            if decoded is not None:
                a, b = decoded.raw(a, b)
            out.append(Edit(a + base, b + base, escape(new)))
        return out

    def _instead(self, name_span: Span | None, name: bytes, node: Node, instead: bytes, *, readable: bool) -> bool:
        """Puts another JSON value in the place of one that is content but no string; ``False`` where it stays."""
        if self.buf[node.start : node.end] == instead:
            return True
        if self.work.prompt(self.buf[node.start : node.end], name, readable=readable) is None:
            return False
        self._local.put(name_span, node.start, node.end, Edit(node.start, node.end, instead))
        return True

    def _stays(self, name_span: Span | None, name: bytes, node: Node) -> None:
        """Looks at a string, number, true, false or null under ``name`` like at any other: where its name or itself was hit."""
        named = name_span is not None and self._hit(*name_span)
        if not (named or self._hit(node.start, node.end)):
            return
        place = name_span or (node.start, node.start)
        entity = self.work.plan.entity_of(name) if name_span is not None else None
        if entity is not None and self._local.value(place, name, entity, node.start, node.end):
            return
        if node.kind == '"':
            self._local.leaf(name_span, name, (node.start, node.end), with_name=named)
        elif self.buf[node.start] in _DIGITS:
            self._local.number((node.start, node.end), name, place)


def is_spent(text: bytes) -> bool:
    """Whether there is nothing in ``text`` that could go: it is empty, a marker, or what is left of something."""
    return not text.strip() or is_marker(text) or is_masked(text) or prompt_media.is_shown(text)


def replacement(work: Work, text: bytes, name: bytes, strict: bool, above: bytes) -> bytes | None:
    """What becomes of a text that is content; ``None`` where it stays. A tool's argument that is a JSON string or number stays one."""
    if not is_argument(name) or not jsondoc.well_formed(text):
        return work.prompt(text, name, refers=not strict and prompt_media.refers(name, above))
    if text in _SAY_NOTHING:
        return text
    replaced = work.prompt(jsonparts.inside(text, (0, len(text))) if text[:1] == b'"' else text, name)
    if replaced is None or work.drop_field:
        return replaced
    return b'"' + replaced + b'"' if text[:1] == b'"' else b"null"


def document_content(work: Work, text: bytes, name: bytes, strict: bool) -> list[Edit]:
    """Edits for content that is a JSON document inside a string. What can't be examined goes as a whole."""
    if work.depth >= work.plan.max_depth:
        return [Edit(0, len(text), work.unprocessable("depth"))]
    outer, found = work.speaker, work.found
    work.speaker = outer.quoted()
    work.depth += 1
    try:
        walk = ContentWalk(work, text, work.plan.json.candidates(text, limit=max(65536, len(text))))
        walk.content(None, name, jsondoc.tree(text, 0, len(text), work.plan.max_depth), strict=strict or is_argument(name))
        return jsonparts.finish(text, 0, len(text), walk.edits)
    except (Unprocessable, TooManyHitsError):
        work.found = found
        return [Edit(0, len(text), work.unprocessable("work"))]
    finally:
        work.depth -= 1
        work.speaker = outer


def content_text(work: Work, text: bytes, name: bytes, *, strict: bool = False, above: bytes = b"") -> bytes | None:
    """What becomes of content that is a text by itself (an attribute's value): the text itself where there is nothing in it to go.

    ``None`` where the policy lets it stay: it is to be looked at like any other. ``work.drop_field`` is set when it is dropped.
    """
    if is_spent(text):
        return text
    if text.lstrip()[:1] in (b"{", b"[") and jsondoc.well_formed(text):
        edits = document_content(work, text, name, strict)
        return apply(text, edits) if edits else text
    return replacement(work, text, name, strict, above)
