"""Prompts found in text, dealt with where they lie in a print-out: a Python repr, a call, JSON with its quotes escaped.

The text rules know a prompt by its field's name and would replace the whole value. Where the print-out around it can be read it is gone
into as a JSON document is (``prompts.PromptWalk``): roles, ids, names of tools stay, whatever else it holds is looked at. Where it
can't, nothing is said here, and the value goes as a whole. Work is bounded: a text is read a few times at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from detectors.model import Finding, Span
from detectors.prompt_phrase import ID as PHRASE
from detectors.scanner import TooManyHitsError
from detectors.values import record_end, string_value
from service.redaction import jsondoc, jsonleaf, prompts
from service.redaction.edits import Edit
from service.redaction.jsoncut import completion
from service.redaction.jsonparts import finish
from service.redaction.plan import PROMPT_FIELD
from service.redaction.printed import Printed, beginning, read
from service.redaction.unquoted import quoted, unquoted
from service.redaction.work import Unprocessable, Work

_QUOTED_NAME = re.compile(
    rb"""(?P<name>[A-Za-z_][\w.\-]{0,127})(?P<quote>\\{0,15}["'`]|(?:\\x5[cC]){0,15}\\x22|)\]?  # a field's name
         [ \t]{0,8}[:=]\s{0,64}[bBrRuUfF]{0,2}(?:\\{0,15}["'`]|(?:\\x5[cC]){0,15}\\x22)?\Z    # what opens its value""",
    re.VERBOSE,
)
_HALF_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\){0,3}\\(?:x[0-9a-fA-F]?|u[0-9a-fA-F]{0,3})?\Z")
_QUOTES = (b'"', b"'", b"`")
_TRIED = 12
_LINES = 1 << 13
"""Bytes: how far over indented lines a print-out is followed."""


class Printouts:
    """The print-outs in one text, looked for around prompts that were found in it, in ascending order."""

    def __init__(self, work: Work, text: bytes) -> None:
        self._work = work
        self._text = text
        self._budget = 1 << 14

    def edits(self, findings: Iterable[Finding]) -> list[tuple[Span, list[Edit]]]:
        """``(place, edits in it)`` of each print-out that holds a finding and can be read."""
        out: list[tuple[Span, list[Edit]]] = []
        done = seen = 0
        for finding in sorted(findings):
            if finding.start < done:
                continue
            lo = max(done, self._text.rfind(b"\n", done, finding.start) + 1)
            hi = seen if finding.end <= seen else self._region_end(finding)
            self._budget += 8 * max(0, hi - max(lo, seen))
            seen = hi
            found = self._around(finding, lo, hi)
            if found is not None:
                out.append(found)
                done = found[0][1]
        return out

    def _region_end(self, finding: Finding) -> int:
        """The end of the line a finding ends in, and of the indented lines behind it."""
        text = self._text
        end = record_end(text, finding.end)
        limit = end + _LINES
        while end < limit and text[end + 1 : end + 2] in (b" ", b"\t", b"]", b"}", b")"):
            end = record_end(text, end + 1)
        return end

    def _around(self, finding: Finding, lo: int, hi: int) -> tuple[Span, list[Edit]] | None:
        text, at = self._text, finding.start
        if finding.detector == PHRASE:
            return self._behind_phrase(finding, hi)
        if finding.detector != PROMPT_FIELD:
            return None
        if self._budget < 0:
            return None
        named = _QUOTED_NAME.search(text, max(lo, at - 256), at)
        if named is not None and len(named.group("quote")) > 1:
            return self._literal(finding, lo, hi, named.group("quote"))
        start, limit = lo, at + 1
        for _ in range(_TRIED):
            opening = beginning(text, start, limit) if self._affords(limit - start) else None
            if opening is None or not self._affords(hi - opening[0]):
                break
            start, behind = opening
            if text[start - 1 : start] in _QUOTES and start > lo:
                found = self._in_quotes(finding, start, hi)
                if found is not None:
                    return found
            value = read(text[start:hi], 0, named.group("name") if start == at and named is not None else b"")
            if value is not None and not value.cut and start + value.end <= at:
                start += value.end
                continue
            if value is not None and at - start in value.values:
                edits = self._walk(value, start)
                if edits is not None:
                    return (start, start + value.end), edits
            start = behind
        return None

    def _behind_phrase(self, finding: Finding, hi: int) -> tuple[Span, list[Edit]] | None:
        """What stands behind a phrase is content, whatever it is."""
        at = finding.start
        if self._text[at : at + 1] not in (b"{", b"[") or not self._affords(hi - at):
            return None
        value = read(self._text[at:hi], 0, b"prompt")
        edits = self._walk(value, at) if value is not None and at + value.end >= finding.end else None
        return None if value is None or edits is None else ((at, at + value.end), edits)

    def _affords(self, size: int) -> bool:
        self._budget -= size
        return self._budget >= 0

    def _walk(self, value: Printed, start: int) -> list[Edit] | None:
        document = value.json.text
        size = len(document)
        suffix = completion(document) if value.cut else b"" if jsondoc.well_formed(document) else None
        work = self._work
        if suffix is None:
            return None
        document += suffix
        if work.depth >= work.plan.max_depth:
            raise Unprocessable("depth")
        work.depth += 1
        try:
            hits = work.plan.json.candidates(document, limit=max(65536, len(document)))
            walk = prompts.PromptWalk(work, document, hits)
            found = finish(document, 0, len(document), walk.document(jsondoc.tree(document, 0, len(document), work.plan.max_depth)))
        except TooManyHitsError:
            raise Unprocessable("work") from None
        finally:
            work.depth -= 1
        edits = []
        for a, b, new in found:
            if a < size:
                a, b = value.json.raw(a, min(b, size))
                new = b"None" if new == b"null" and a in value.heads else new.replace(b"'", b"\\'")
                edits.append(Edit(a + start, b + start, new))
        return edits

    def _in_quotes(self, finding: Finding, start: int, hi: int) -> tuple[Span, list[Edit]] | None:
        """A document that fills a string literal, which begins at ``start``."""
        quote = self._text[start - 1 : start]
        return self._decoded(finding, start, hi, quote)

    def _literal(self, finding: Finding, lo: int, hi: int, quote: bytes) -> tuple[Span, list[Edit]] | None:
        """The outermost literal around a name whose quotes are escaped."""
        text, at = self._text, finding.start
        in_hex = quote.endswith(b"2")
        mark = b'"' if in_hex else quote[-1:]
        style = b"\\x22" if in_hex else mark
        opening = _unescaped(text, mark, lo, at) if self._affords(at - lo) else -1
        if opening >= 0:
            return self._decoded(finding, opening + 1, hi, style, mark=mark)
        found = beginning(text, lo, at)
        return self._decoded(finding, lo if found is None else found[0], hi, style, closed=False)

    def _decoded(
        self, finding: Finding, start: int, hi: int, quote: bytes, *, mark: bytes | None = None, closed: bool = True
    ) -> tuple[Span, list[Edit]] | None:
        """Edits for the literal whose inside begins at ``start``; its ends are ``mark``, or ``quote``."""
        if not self._affords(hi - start):
            return None
        text, work = self._text, self._work
        end = start + string_value(text[start:hi], 0, mark or quote).end if closed else hi
        if end < finding.end:
            return None
        half = _HALF_ESCAPE.search(text, max(start, end - 8), end)
        inside = unquoted(text, start, half.start() if half is not None else end)
        if work.depth >= work.plan.max_depth:
            raise Unprocessable("depth")
        work.depth += 1
        try:
            found = jsonleaf.leaf_edits(work, inside.text)
        finally:
            work.depth -= 1
        edits = [Edit(*inside.raw(a, b), quoted(new, quote)) for a, b, new in found]
        seen = any(edit.start < finding.end and edit.end > finding.start for edit in edits)
        if seen or b"[REDACTED:" in text[finding.start : finding.end]:
            return (start, end), edits
        return None


def _unescaped(text: bytes, mark: bytes, lo: int, at: int) -> int:
    """The last ``mark`` in ``text[lo:at]`` with no backslash before it; -1."""
    while True:
        at = text.rfind(mark, lo, at)
        if at <= lo or text[at - 1] != 92:
            return at
