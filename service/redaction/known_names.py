"""Names that stand in name fields go there, and are found again in the free text of the same record or trace; without recognition.

A value of a name field goes whole. In other texts the whole name is looked for (as written, in upper and in lower case), and each part of
it that is long enough, case as written, on word borders. Never looked for are the words of the stop list; left alone are fields that hold
structure (severity, service, ids, addresses), hosts in URLs, names of ``name=value`` pairs, and values that are a single plain word.

Work is linear: texts are cut into words, and a name is compared only where its first word stands; how many names a batch can bring is
bounded, and how many may begin with the same word. A payload in which no field of the policy's can stand is not walked at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from detectors.characters import byte_spans, decoded
from detectors.model import Finding
from detectors.recognised import KNOWN_NAME, PERSON
from service.redaction.free_text import FreeText
from service.redaction.known_names_rules import KnownNames
from service.redaction.leaves import leaves, revise
from service.redaction.leaves_model import Leaf, Verdict
from service.redaction.plan import Plan
from service.redaction.report import Redacted

MAX_NAMES = 2_000
"""Names of a batch that are looked for; the values of more than these only go where they stand."""
SAME_WORD = 32
"""Names of a record or trace that may begin with the same word."""
_WORD = re.compile(r"\w+")
_URL_HOST = re.compile(r"[\w.+-]{1,32}://[^\s/?#\"'<>]{0,255}")
_WORDS_TRIED = 64
Sought = dict[str, list[str]]
"""First word → the names that begin with it, longest first."""


def revise_names(codec: str, redacted: Redacted, plan: Plan) -> Redacted:
    """``redacted`` without the names its name fields hold, there and in its free text. The very object where there are none."""
    names = plan.known_names
    if names is None or not names.possible(redacted.payload):
        return redacted
    found = _Seen(names)
    for leaf in leaves(codec, redacted.payload, names.possible):
        found.see(leaf)
    if not found.any:
        return redacted
    free = FreeText(plan, redacted.report)

    def look(leaf: Leaf) -> Verdict:
        if leaf.kind != "string":
            return []
        spans = [(start, end) for start, end, _ in names.values(leaf)]
        if leaf.name not in names.fields:
            spans += found.again(leaf)
        return free.verdict(leaf, [Finding(start, end, KNOWN_NAME, PERSON, 0.8) for start, end in spans]) if spans else []

    payload = revise(codec, redacted.payload, look, found.wants)
    return free.redacted(redacted, payload)


class _Seen:
    """The names of one payload."""

    def __init__(self, names: KnownNames) -> None:
        self.any = False
        self._names = names
        self._groups: dict[tuple[object, ...], Sought] = {}
        self._words: tuple[bytes, ...] = ()
        self._known: set[tuple[tuple[object, ...], str]] = set()

    def see(self, leaf: Leaf) -> None:
        for _, _, name in self._names.values(leaf):
            self.any = True
            group = self._names.group(leaf)
            if (group, name) in self._known or len(self._known) >= MAX_NAMES:
                continue
            self._known.add((group, name))
            sought = self._groups.setdefault(group, {})
            for text in self._names.sought(name):
                first = _WORD.search(text)
                begun = sought.setdefault(first.group(), []) if first else []
                if text not in begun and len(begun) < SAME_WORD:
                    begun.append(text)
                    begun.sort(key=len, reverse=True)

    def wants(self, raw: bytes) -> bool:
        """Whether a record can hold one of the names, or a name field; by its raw bytes."""
        words = self._words
        if not words:
            words = self._words = tuple({word.encode("utf-8", "surrogateescape") for sought in self._groups.values() for word in sought}) or (b"",)
        return len(words) > _WORDS_TRIED or b"\\u" in raw or any(word in raw for word in words) or self._names.possible(raw)

    def again(self, leaf: Leaf) -> list[tuple[int, int]]:
        """Where names of the leaf's group stand in it."""
        groups = {self._names.group(leaf), ("resource", leaf.resource)}
        tables = [sought for group in groups if (sought := self._groups.get(group))]
        if not tables or not self._names.is_free_text(leaf):
            return []
        text = decoded(leaf.text)
        spans = sorted({span for sought in tables for span in _occurrences(text, sought)})
        return byte_spans(text, _outside_hosts(text, _merged(spans)))


def _occurrences(text: str, sought: Sought) -> Iterator[tuple[int, int]]:
    done = 0
    for word in _WORD.finditer(text):
        begun = sought.get(word.group())
        if begun is None or word.start() < done:
            continue
        for name in begun:
            start = word.start() - _lead(name)
            end = start + len(name)
            if start >= 0 and text.startswith(name, start) and _stands_alone(text, start, end):
                yield start, end
                done = end
                break


def _lead(name: str) -> int:
    found = _WORD.search(name)
    return found.start() if found else 0


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether what is at ``start``–``end`` is a word of its own: no part of an address, a dotted or hyphenated name, no pair's name."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:].isalnum() or before[-1:] in ("_", "@", "$", "#", "\\") or (before[-1:] in (".", "-") and before[:-1].isalnum()):
        return False
    if after[:1].isalnum() or after[:1] in ("_", "@", "=", "\\"):
        return False
    return not (after[:1] in (".", "-") and after[1:].isalnum())


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ascending spans, those that overlap made one."""
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def _outside_hosts(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """``spans`` without those inside a URL's host."""
    if not spans or "://" not in text:
        return spans
    hosts = [match.span() for match in _URL_HOST.finditer(text)]
    return [(start, end) for start, end in spans if not any(a <= start < b for a, b in hosts)]
