"""Prompts by structure: which members of a JSON document about a language model are content, and what is beside them.

What becomes of content: see ``prompt_content``. All other leaves are looked at as in any JSON.
"""

from __future__ import annotations

from detectors.model import Span
from service.redaction import jsonparts, unknown
from service.redaction.edits import Edit
from service.redaction.jsondoc import Node
from service.redaction.prompt_content import ContentWalk
from service.redaction.prompt_fields import is_argument, is_content_member
from service.redaction.work import PROMPT


class PromptWalk(ContentWalk):
    """Walks one document. ``hits`` are anchor hits in it, ascending by end offset: other leaves are looked at only where one lies."""

    def document(self, root: Node) -> list[Edit]:
        """Edits for the document; tidy them with ``jsonparts.finish``."""
        self._local.lo, self._local.hi = root.start, root.end
        if root.kind == '"':
            self._element((root.start, root.end), b"")
        else:
            self._walk(root, ())
        return self.edits

    def _walk(self, node: Node, path: tuple[bytes, ...]) -> None:
        if node.kind == "!":
            if self._hit(node.start, node.end):
                self.edits.append(Edit(node.start, node.end, b'"' + self.work.unprocessable("depth") + b'"'))
            return
        if node.kind == "[":
            for child in node.children:
                if child.kind == '"':
                    self._element((child.start, child.end), path[-1] if path else b"")
                elif child.kind != "0":
                    self._walk(child, path)
                elif self._hit(child.start, child.end):
                    self._local.number((child.start, child.end), b"", (child.start, child.start))
            return
        names = [jsonparts.inside(self.buf, span) for span in node.names]
        siblings = frozenset(names)
        if not self.work.plan.prompt_modes.roles_matter:
            for name_span, name, child in zip(node.names, names, node.children, strict=True):
                self._member(name_span, name, child, (*path, name), siblings)
            return
        outer = self.work.speaker
        speakers = self.speakers(node, names, self.framing(node, names), path[-1] if path else b"")
        for name_span, name, child, speaker in zip(node.names, names, node.children, speakers, strict=True):
            self.work.speaker = speaker
            self._member(name_span, name, child, (*path, name), siblings)
        self.work.speaker = outer

    def _member(self, name_span: Span, name: bytes, child: Node, path: tuple[bytes, ...], siblings: frozenset[bytes]) -> None:
        named = self._hit(*name_span)
        if named:
            self._local.name(name_span, name)
        if self._is_prompt(child, path, siblings):
            self.content(name_span, name, child, strict=is_argument(name), above=path[-2] if len(path) > 1 else b"")
        elif child.kind in '"[' and self._is_unknown(name, child) and self._redacts_unknown(name):
            self.work.label = unknown.UNKNOWN
            self.content(name_span, name, child, strict=False)
            self.work.label = PROMPT
        elif child.kind in '"0':
            self._stays(name_span, name, child)
        else:
            entity = self.work.plan.entity_of(name) if named else None
            if entity is None or not self._local.value(name_span, name, entity, child.start, child.end):
                self._walk(child, path)

    def _element(self, span: Span, name: bytes) -> None:
        if self._hit(*span):
            self._local.leaf(None, name, span, with_name=False)

    def _redacts_unknown(self, name: bytes) -> bool:
        self.work.label = unknown.UNKNOWN
        redacts = self.work.redacts_prompts(name)
        self.work.label = PROMPT
        return redacts

    def _is_unknown(self, name: bytes, child: Node) -> bool:
        """Whether a string is content although its name says nothing. Messages need no such look: they are known by the names inside them."""
        return self.work.plan.unknown == "strict" and unknown.is_content(
            self.work.plan, name, jsonparts.inside(self.buf, (child.start, child.end)), b""
        )

    def _is_prompt(self, child: Node, path: tuple[bytes, ...], siblings: frozenset[bytes]) -> bool:
        plan = self.work.plan
        if not plan.prompts_on or not is_content_member(plan.prompt_keys, path, siblings, child.kind == "["):
            return False
        return self.work.redacts_prompts(path[-1])
