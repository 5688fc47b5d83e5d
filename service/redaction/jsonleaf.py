"""The leaves of JSON: decoded to be looked at, and what is found mapped back. The way in for a text of any kind.

A string that holds JSON, whole or cut off, is a document of its own, at any depth; a replacement is escaped once for each level. Nothing
is re-encoded.
"""

from __future__ import annotations

from detectors.llm_scope import about_llm
from detectors.model import Span
from detectors.prompt_phrase import ID as PHRASE
from detectors.scanner import TooManyHitsError
from service.redaction import jsondoc, jsonedit
from service.redaction.edits import Decoded, Edit, escape
from service.redaction.islands import Islands
from service.redaction.jsoncut import completion
from service.redaction.jsonparts import finish
from service.redaction.work import HITS_PER_LEAF, Unprocessable, Work

Hits = list[tuple[int, int]]
"""Anchor hits: ``(end offset, pattern index)``, ascending."""

_ANNOUNCED = 96
"""Bytes: a phrase stands so far before its prompt at most."""

JSON_STARTS = frozenset((b"{", b"[", b" ", b"\n", b"\r", b"\t"))


def leaf_edits(work: Work, text: bytes, name: bytes = b"", *, with_name: bool = False) -> list[Edit]:
    """Edits for a decoded text: as JSON if it is JSON, whole or cut off; else as text. Raises :class:`Unprocessable`.

    ``with_name``: the field's name has shown the way here, so it is looked at together with the value.
    """
    if text[:1] in JSON_STARTS and text.lstrip()[:1] in (b"{", b"["):
        suffix = b"" if jsondoc.well_formed(text) else completion(text)
        if suffix is not None:
            edits = _nested(work, text + suffix, 0, len(text) + len(suffix))
            return edits if not suffix else [Edit(a, min(b, len(text)), new) for a, b, new in edits if a < len(text)]
    if b"{" in text and b'"' in text:
        embedded = _embedded(work, text, name)
        if embedded is not None:
            return embedded
    return work.value_edits(name, text) if with_name else work.text_edits(text, name)


def _nested(work: Work, text: bytes, lo: int, hi: int) -> list[Edit]:
    """Edits for a document within a text, one level down."""
    if work.depth >= work.plan.max_depth:
        raise Unprocessable("depth")
    try:
        hits = work.plan.json.candidates(text, lo, hi, limit=max(HITS_PER_LEAF, (hi - lo) >> 3))
    except TooManyHitsError:
        raise Unprocessable("work") from None
    work.depth += 1
    try:
        return document_edits(work, text, lo, hi, hits) if hits else []
    finally:
        work.depth -= 1


def _embedded(work: Work, text: bytes, name: bytes) -> list[Edit] | None:
    """Edits for a text with documents about language models in it (``data: {…}``); ``None`` where there is none."""
    try:
        hits = work.plan.json.candidates(text, limit=HITS_PER_LEAF)
    except TooManyHitsError:
        raise Unprocessable("work") from None
    islands = Islands(text)
    edits: list[Edit] = []
    done = 0
    for end, pattern in hits:
        if pattern not in work.plan.json_prompt_patterns or end <= done:
            continue
        lo = max(done, text.rfind(b"\n", 0, end - 1) + 1)
        line_end = text.find(b"\n", end)
        island = islands.around(end - 1, lo, len(text) if line_end < 0 else line_end)
        if island is not None and island[0] >= done:
            stop = _phrase_end(work, text, done, island[0])
            head = text[done : stop or island[0]]
            edits += [Edit(a + done, b + done, new) for a, b, new in work.text_edits(head, name)]
            edits += [] if stop else _nested(work, text, *island)
            done = max(stop, island[1])
    if not done:
        return None
    return edits + [Edit(a + done, b + done, new) for a, b, new in work.text_edits(text[done:], name)]


def _phrase_end(work: Work, text: bytes, lo: int, at: int) -> int:
    """The end of a prompt that words before ``at`` announce (``RAW RESPONSE:``) and that begins there; 0: none."""
    findings = work.plan.text.findings(text, max(lo, at - _ANNOUNCED), at)
    return max((found.end for found in findings if found.detector == PHRASE and found.end > at), default=0)


def document_edits(work: Work, buf: bytes, lo: int, hi: int, hits: Hits, local: jsonedit.LocalEdits | None = None) -> list[Edit]:
    """Edits for the well-formed document ``buf[lo:hi]``; ``hits`` are those of ``plan.json`` inside it, ascending.

    ``local``: to be used again, where a buffer holds many documents.
    """
    if _about_llm(work, buf, lo, hi, hits):
        from service.redaction import shapes  # here, as content is looked at by what is above

        return finish(buf, lo, hi, shapes.document_edits(work, buf, lo, hi, hits))
    if local is None:
        local = jsonedit.LocalEdits(work, buf, lo, hi)
    else:
        local.move(lo, hi)
    return finish(buf, lo, hi, local.run(hits))


def _about_llm(work: Work, buf: bytes, lo: int, hi: int, hits: Hits) -> bool:
    prompts = work.plan.json_prompt_patterns
    for hit in hits:
        if hit[1] in prompts:
            if not work.plan.json_sure_patterns.isdisjoint([pattern for _, pattern in hits]):
                return True
            return about_llm(buf, lo, hi)
    return False


def string_edits(work: Work, buf: bytes, span: Span, name: bytes, *, with_name: bool = False, hits: Hits | None = None) -> list[Edit]:
    """Edits for the string literal at ``span`` (quotes included), in coordinates of ``buf``.

    ``hits`` are the wire's anchor hits inside it, where they are all there is to look at: without escapes the text is not scanned again.
    """
    start, end = span[0] + 1, span[1] - 1
    literal = buf[start:end]
    try:
        if b"\\" not in literal:
            if hits is not None and literal[:1] not in JSON_STARTS:
                found = work.hit_edits(literal, hits, name, start)
            else:
                found = leaf_edits(work, literal, name, with_name=with_name)
            return [Edit(a + start, b + start, escape(text)) for a, b, text in found]
        decoded = Decoded(literal)
        found = leaf_edits(work, decoded.text, name, with_name=with_name)
        out = []
        for a, b, text in found:
            a, b = decoded.raw(a, b)
            out.append(Edit(a + start, b + start, escape(text)))
        return out
    except Unprocessable as error:
        return [Edit(start, end, work.unprocessable(error.reason))]
