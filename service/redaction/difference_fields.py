"""How the fields of payloads look: how many values, of which types, how many distinct ones. Numbers and names; never a value.

Values are counted by a keyed hash whose key lives as long as the object that made it. The number of distinct ones is exact up to 256 and
an estimate beyond: of all hashes the smallest 256 are kept, and how far they reach says how many there are (Bar-Yossef et al., "Counting
Distinct Elements in a Data Stream", 2002; the error is about 6 %). Equal sets of values always give equal numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from heapq import nsmallest

from detectors.overlap import union
from detectors.scanner import TooManyHitsError
from service.redaction.leaves import leaves
from service.redaction.plan import Plan

KEPT = 256
NAME_CHARACTERS = 120
OTHER = "other"

Values = Counter[tuple[str, int]]
"""How often each value occurs: its kind, and its hash."""

_ID = re.compile(
    r"(?<![^.\[\]/_:-])(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{4,32}|(?=[a-fA-F]{0,63}[0-9])[0-9a-fA-F]{8,64}|[0-9]+)(?![^.\[\]/_:-])"
)
"""A number, a UUID or a hex id as a part of a name: such names are many, and are data rather than names."""

_MESSAGE_WORD = re.compile(
    rb"[0-9]{1,4}|role|type|name|id|index|content|contents|text|parts?|messages?|message_content|delta|refusal|value|"
    rb"tool_calls?|tool|function|arguments|input|output|choices|finish_reason|mime_type|media_type|image|image_url|url|source|data"
)
"""What messages are made of, in the formats of the large providers and of OpenTelemetry: no author of a prompt chose these names."""

_FOREIGN = re.compile(r"[^\w.$/:\[\]{}@ ;=+-]")


class Distinct:
    """About how many distinct hashes there were."""

    __slots__ = ("_bound", "_smallest")

    def __init__(self) -> None:
        self._smallest: set[int] = set()
        self._bound = 1 << 64

    def add(self, hashes: Iterable[int]) -> None:
        """Looks at some more."""
        for value in hashes:
            if value < self._bound:
                self._smallest.add(value)
                if len(self._smallest) >= 2 * KEPT:
                    self._prune()

    def _prune(self) -> None:
        kept = nsmallest(KEPT, self._smallest)
        self._smallest = set(kept)
        self._bound = kept[-1]

    def estimate(self) -> int:
        """Exact up to 256."""
        if self._bound == 1 << 64 and len(self._smallest) <= KEPT:
            return len(self._smallest)
        self._prune()
        return round((KEPT - 1) * (1 << 64) / self._bound)


class Tally:
    """Counts the values of payloads by field, each under a key of its own."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def count(self, codec: str, payload: bytes) -> dict[bytes, Values]:
        """The values of ``payload``, by the name of the field. Raises as :func:`service.redaction.leaves.leaves` does."""
        fields: dict[bytes, Values] = {}
        for leaf in leaves(codec, payload):
            digest = int.from_bytes(blake2b(leaf.text, digest_size=8, key=self._key).digest(), "big")
            values = fields.get(leaf.name)
            if values is None:
                values = fields[leaf.name] = Counter()
            values[leaf.kind, digest] += 1
        return fields


class Names:
    """Which names may be shown, and how: a name that lies in what a policy redacts is part of a value."""

    def __init__(self, plans: tuple[Plan, Plan]) -> None:
        self._plans = plans
        self._cleaned: dict[bytes, str] = {}

    def shown(self, name: bytes, before: Mapping[bytes, Values], after: tuple[Mapping[bytes, Values], Mapping[bytes, Values]]) -> str:
        """The name of a field under which its values are counted.

        JSON in strings is looked into, so that a name may have been part of a text. It is shown where both policies let it out; elsewhere
        the field above it stands for it, or ``other``.
        """
        first, second = after
        above = [prefix for prefix in _prefixes(name) if prefix in first or prefix in second]
        if above and not (name in first and name in second and all(prefix in before for prefix in above)):
            return self._clean(above[0])
        return self._clean(name) if name in first or name in second else OTHER

    def _clean(self, name: bytes) -> str:
        shown = self._cleaned.get(name)
        if shown is None:
            shown = self.clean(name)
            if len(self._cleaned) < 4096:
                self._cleaned[name] = shown
        return shown

    def clean(self, name: bytes) -> str:
        """``name`` without what either policy's detectors find in it, whatever the policies then do, and without ids."""
        name = self._outside_prompts(name)
        for plan in self._plans:
            try:
                name = without_findings(name, plan)
            except TooManyHitsError:
                return OTHER
        text = _ID.sub("{id}", name.decode("utf-8", "replace"))
        return _FOREIGN.sub("_", text)[:NAME_CHARACTERS] or "body"

    def _outside_prompts(self, name: bytes) -> bytes:
        """``name`` up to where a prompt may begin that is JSON itself: names in it are its author's, whatever becomes of it."""
        segments = name.split(b".")
        for at, segment in enumerate(segments):
            if any(plan.prompt_keys.scope(segment) for plan in self._plans):
                inside = next((i for i in range(at + 1, len(segments)) if not _MESSAGE_WORD.fullmatch(segments[i])), len(segments))
                return b".".join(segments[:inside])
        return name


def without_findings(name: bytes, plan: Plan) -> bytes:
    """``name`` without what the plan's detectors find in it, whatever the policy then does. Raises ``TooManyHitsError``."""
    for start, end, label, _ in reversed(union(plan.text.findings(name), lambda finding: 0)):
        name = name[:start] + b"[REDACTED:%s]" % label.entity.encode() + name[end:]
    return name


def _prefixes(name: bytes) -> list[bytes]:
    """The dotted paths above ``name``, the shortest first."""
    found, at = [], name.find(b".")
    while at > 0:
        found.append(name[:at])
        at = name.find(b".", at + 1)
    return found
