"""Prompts by structure: JSON documents of language models, value by value.

Content is replaced by field and in place, so a consumer still finds the shape it expects: keys, order, roles, part types, ids, finish
reasons, token counts stay; each string that is content becomes a marker; JSON inside a string stays JSON inside a string; numbers stay,
save in tool arguments (``null``) and in lists that are the text in another form (token ids, logprobs, embeddings: ``[]``).
"""

from __future__ import annotations

import re
from bisect import bisect_right

from detectors.markers import is_marker, is_masked
from detectors.model import Span
from detectors.scanner import TooManyHitsError
from service.redaction import jsondoc, jsonedit, jsonleaf, jsonparts
from service.redaction.edits import Decoded, Edit, apply, escape
from service.redaction.jsondoc import Node
from service.redaction.plan import PROMPT_FIELD
from service.redaction.work import Unprocessable, Work

STRUCTURE = frozenset(
    b"role type id name object model finish_reason finishReason stop_reason stopReason status index created created_at tool_call_id call_id"
    b" toolUseId tool_use_id mime_type mimeType media_type mediaType modality format detail encoding_format service_tier system_fingerprint"
    b" event event.name gen_ai.system provider version lc language kind part_kind tool_name toolName timestamp run_id trace_id span_id"
    b" response_id operation tool_choice reasoning_effort size quality voice model_name model_id modelId message_kind required run_step"
    b" responseId modelVersion item_id previous_response_id conversation_id thread_id".split()
)
"""Members that are no content where their value looks like a word or an id."""

_ID_LIKE = re.compile(rb"[\w.:/@+\-#=$]{1,128}")
_STRICT = frozenset(b"arguments args function_args tool_arguments partial_json tool_input tool_parameters additional_kwargs_arguments".split())
"""Tool arguments: names stay, every value goes, numbers too."""

_TEXT_AS_NUMBERS = frozenset(
    b"prompt_token_ids token_ids context embedding embeddings vector vectors bytes prompt_logprobs token_logprobs top_logprobs text_offset".split()
)
_LOG_MEMBERS = frozenset(
    b"level severity lvl logger timestamp ts time @timestamp asctime levelname severity_text severityText log.level loglevel".split()
)
_LOG_WORDS = frozenset(b"message text content events metadata context query response error exception payload result template output".split())
_CHAT_MEMBERS = frozenset(b"preamble chat_history role prompt_tokens choices generations connectors".split())


def is_structure(name: bytes, value: bytes) -> bool:
    """Whether a member of a prompt is scaffolding (role, type, id), not content."""
    return name in STRUCTURE and _ID_LIKE.fullmatch(value) is not None


class PromptWalk:
    """Walks one document. ``hits`` are anchor hits in it, ascending by end offset: other leaves are looked at only where one lies."""

    def __init__(self, work: Work, buf: bytes, hits: list[tuple[int, int]]) -> None:
        self.work = work
        self.buf = buf
        self.edits: list[Edit] = []
        self._ends = [end for end, _ in hits]
        self._local = jsonedit.LocalEdits(work, buf, 0, len(buf))
        self._local.edits = self.edits

    def use(self, local: jsonedit.LocalEdits) -> None:
        """Share another walk's edits and names given to redacted names."""
        self._local = local
        self.edits = local.edits

    def document(self, root: Node) -> list[Edit]:
        """Edits for the document; tidy them with ``jsonedit.finish``."""
        self._local.lo, self._local.hi = root.start, root.end
        if root.kind == '"':
            self._element((root.start, root.end), None, b"")
        else:
            self._walk(root, ())
        return self.edits

    def _hit(self, start: int, end: int) -> bool:
        at = bisect_right(self._ends, start)
        return at < len(self._ends) and self._ends[at] <= end

    def _walk(self, node: Node, path: tuple[bytes, ...]) -> None:
        if node.kind == "!":
            if self._hit(node.start, node.end):
                self.edits.append(Edit(node.start, node.end, b'"' + self.work.unprocessable("depth") + b'"'))
            return
        if node.kind == "[":
            for child in node.children:
                if child.kind == '"':
                    self._element((child.start, child.end), None, path[-1] if path else b"")
                elif child.kind != "0":
                    self._walk(child, path)
                elif self._hit(child.start, child.end):
                    self._local.number((child.start, child.end), b"", (child.start, child.start))
            return
        names = [jsonparts.inside(self.buf, span) for span in node.names]
        siblings = frozenset(names)
        for name_span, name, child in zip(node.names, names, node.children, strict=True):
            self._member(name_span, name, child, (*path, name), siblings)

    def _member(self, name_span: Span, name: bytes, child: Node, path: tuple[bytes, ...], siblings: frozenset[bytes]) -> None:
        named = self._hit(*name_span)
        if named:
            self._local.name(name_span, name)
        if self._is_prompt(name, path, siblings) and self.content(name_span, name, child, strict=name in _STRICT):
            return
        if child.kind == '"':
            if named or self._hit(child.start, child.end):
                entity = self.work.plan.entity_of(name)
                if entity is None or not self._local.value(name_span, name, entity, child.start, child.end):
                    self._local.leaf(name_span, name, (child.start, child.end), with_name=named)
        elif child.kind == "0":
            self._scalar(name_span, name, child)
        else:
            entity = self.work.plan.entity_of(name) if named else None
            if entity is None or not self._local.value(name_span, name, entity, child.start, child.end):
                self._walk(child, path)

    def _scalar(self, name_span: Span, name: bytes, child: Node) -> None:
        """A number, true, false or null under ``name``: looked at where its name or itself was hit."""
        if not (self._hit(*name_span) or self._hit(child.start, child.end)):
            return
        entity = self.work.plan.entity_of(name)
        if entity is None or not self._local.value(name_span, name, entity, child.start, child.end):
            if self.buf[child.start] in b"-0123456789":
                self._local.number((child.start, child.end), name, name_span)

    def _element(self, span: Span, name_span: Span | None, name: bytes) -> None:
        if self._hit(*span):
            self._local.leaf(name_span, name, span, with_name=False)

    def _is_prompt(self, name: bytes, path: tuple[bytes, ...], siblings: frozenset[bytes]) -> bool:
        plan = self.work.plan
        if not plan.prompts_on:
            return False
        scope = plan.prompt_scope(name)
        if scope == "llm" and name in _LOG_WORDS and siblings & _LOG_MEMBERS and not siblings & _CHAT_MEMBERS:
            scope = None
        if scope is None and (len(path) < 2 or not plan.prompt_keys.on_path(path) or plan.prompt_keys.keeps(name)):
            return False
        return self.work.redacts_prompts(name)

    def content(self, name_span: Span | None, name: bytes, node: Node, *, strict: bool) -> bool:
        """Redacts a value that is content; ``False`` where the policy lets prompts through (its leaves are then looked at as any other)."""
        if node.kind == '"':
            return self._string(name_span, name, node, strict)
        if node.kind == "0":
            if not strict or self.buf[node.start] not in b"-0123456789":
                return strict
            return self._instead(name_span, node, b"0", b"null")
        if node.kind == "!":
            self.edits.append(Edit(node.start, node.end, b'"' + self.work.unprocessable("depth") + b'"'))
            return True
        if node.kind == "[":
            if name in _TEXT_AS_NUMBERS and node.children:
                return self._instead(name_span, node, self.buf[node.start : node.end], b"[]")
            return all(self.content(None, name, child, strict=strict) or child.kind == "0" or self._plain(child, name) for child in node.children)
        done = True
        for inner_span, child in zip(node.names, node.children, strict=True):
            inner = jsonparts.inside(self.buf, inner_span)
            if self._hit(*inner_span):
                self._local.name(inner_span, inner)
            if self.work.plan.prompt_keys.keeps(inner) and child.kind == "0":
                continue
            if child.kind == "0" and not strict:
                self._scalar(inner_span, inner, child)
                continue
            done = self.content(inner_span, inner, child, strict=strict or inner in _STRICT or _tool_input(inner, node, self.buf)) and done
        return done

    def _plain(self, node: Node, name: bytes) -> bool:
        """Looks at an element of content that stays: as at any other leaf."""
        if node.kind == '"':
            self._element((node.start, node.end), None, name)
        return False

    def _string(self, name_span: Span | None, name: bytes, node: Node, strict: bool) -> bool:
        span = (node.start, node.end)
        literal = self.buf[node.start + 1 : node.end - 1]
        decoded = Decoded(literal) if b"\\" in literal else None
        text = decoded.text if decoded else literal
        if not text.strip() or is_marker(text) or is_masked(text):
            return True
        if not strict and is_structure(name, text):
            self.edits.extend(jsonleaf.string_edits(self.work, self.buf, span, name))
            return True
        if text.lstrip()[:1] in (b"{", b"[") and jsondoc.well_formed(text):
            return self._nested(node, decoded, text, name, strict)
        return self._replace(name_span, node, text, name)

    def _nested(self, node: Node, decoded: Decoded | None, text: bytes, name: bytes, strict: bool) -> bool:
        """Content that is JSON in a string stays JSON in a string."""
        if self.work.depth >= self.work.plan.max_depth:
            self.edits.append(Edit(node.start + 1, node.end - 1, self.work.unprocessable("depth")))
            return True
        self.work.depth += 1
        try:
            edits, done = _document(self.work, text, name, strict)
        except (Unprocessable, TooManyHitsError):
            self.edits.append(Edit(node.start + 1, node.end - 1, self.work.unprocessable("work")))
            return True
        finally:
            self.work.depth -= 1
        base = node.start + 1
        for a, b, new in edits:
            if decoded is not None:
                a, b = decoded.raw(a, b)
            self.edits.append(Edit(a + base, b + base, escape(new)))
        return done

    def _replace(self, name_span: Span | None, node: Node, text: bytes, name: bytes) -> bool:
        replaced = self.work.whole(text, PROMPT_FIELD, "prompt", name)
        if replaced is None:
            self.edits.extend(jsonleaf.string_edits(self.work, self.buf, (node.start, node.end), name))
            self.work.drop_field = False
            return True
        self._local.put(name_span, node.start, node.end, Edit(node.start + 1, node.end - 1, escape(replaced)))
        return True

    def _instead(self, name_span: Span | None, node: Node, value: bytes, instead: bytes) -> bool:
        """Puts another JSON value in the place of one that is content but no string."""
        if self.work.whole(value, PROMPT_FIELD, "prompt", b"") is None:
            return False
        if self.work.drop_field or self.buf[node.start : node.end] != instead:
            self._local.put(name_span, node.start, node.end, Edit(node.start, node.end, instead))
        return True


_TOOL_MEMBERS = frozenset(b"toolUseId tool_use_id toolu name".split())


_TOOL_KINDS = frozenset(
    (b'"tool"', b'"function"', b'"tool_result"', b'"function_call_output"', b'"tool_use"', b'"function_call"', b'"tool_call_response"')
)


def _tool_input(name: bytes, node: Node, buf: bytes) -> bool:
    """``input`` beside a tool's name, ``content`` beside the role ``tool``: values of a call, not settings."""
    if name not in (b"input", b"response", b"result", b"json", b"output", b"content"):
        return False
    for (start, end), child in zip(node.names, node.children, strict=True):
        if buf[start + 1 : end - 1] in (b"role", b"type") and buf[child.start : child.end] in _TOOL_KINDS:
            return True
    return name != b"content" and any(buf[start + 1 : end - 1] in _TOOL_MEMBERS for start, end in node.names)


def _document(work: Work, text: bytes, name: bytes, strict: bool) -> tuple[list[Edit], bool]:
    """Edits for content that is a JSON document, and whether all of it was content."""
    walk = PromptWalk(work, text, work.plan.json.candidates(text, limit=max(65536, len(text))))
    done = walk.content(None, name, jsondoc.tree(text, 0, len(text), work.plan.max_depth), strict=strict or name in _STRICT)
    return jsonparts.finish(text, 0, len(text), walk.edits), done


def content_text(work: Work, text: bytes, name: bytes) -> bytes | None:
    """What becomes of prompt content that is a text by itself (an attribute's value); ``None`` where it stays as it is.

    Where the policy lets prompts through, the detectors look at it. ``work.drop_field`` is set when a rule drops it.
    """
    if not text.strip() or is_marker(text) or is_masked(text):
        return None
    if text.lstrip()[:1] in (b"{", b"[") and jsondoc.well_formed(text):
        try:
            edits, _ = _document(work, text, name, False)
        except (Unprocessable, TooManyHitsError):
            return work.unprocessable("work")
        return apply(text, edits) if edits else None
    replaced = work.whole(text, PROMPT_FIELD, "prompt", name)
    if replaced is not None:
        return replaced
    try:
        edits = work.text_edits(text, name)
    except Unprocessable as error:
        return work.unprocessable(error.reason)
    return apply(text, edits) if edits else None
