"""What a detector is.

The contract, for everything under ``detectors/``:

* **Text** is ``bytes``: one decoded leaf (a JSON string's value, a protobuf string, a run of log lines). It may be large; it need
  not be valid UTF-8. All coordinates are *byte offsets into the text given*; a span is half-open, ``[start, end)``.
* An **anchor** is a short, cheap Hyperscan pattern. It says "look here"; it never decides. Anchors of all detectors are compiled
  into one database, and must not demand a left context (``\\bsk-``): in protobuf the byte before a string is its length.
* ``verify(text, at)`` decides. ``at`` is the offset just behind the anchor's match. It looks at a window of at most 4 KiB around
  ``at`` with ``bytes`` operations at known offsets (``Pattern.match(text, pos)``, ``rfind`` with bounds, slices) and returns the
  span of what is to be redacted, or ``None``. It is pure, never raises, never searches the whole text, does linear work.
* What was matched never appears in an exception, a ``repr`` or a log line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Span = tuple[int, int]
Verify = Callable[[bytes, int], "Span | None"]

Kind = Literal["secret", "contact", "financial", "government", "network", "prompt"]

OPEN, CLOSE = "«", "»"
"""Marks around what an example's detector must find: ``"key=«AKIA…»"``."""

WINDOW = 4096
"""Bytes: no verification looks further than this from its anchor (design, promise 6). PEM blocks are the one documented exception."""


class CatalogueError(ValueError):
    """A detector that breaks the contract; raised at import, never at scan time."""


class Finding(NamedTuple):
    """One thing found in a text. ``start``/``end`` are byte offsets into the text that was given; it holds no matched bytes."""

    start: int
    end: int
    detector: str
    entity: str
    score: float


@dataclass(frozen=True, slots=True)
class Anchor:
    """A Hyperscan pattern (PCRE subset, matched over bytes).

    At most 8 bytes where possible, fixed width, with a literal inside; no ``+``, ``*`` or left context.
    """

    pattern: str
    caseless: bool = False


@dataclass(frozen=True, slots=True)
class Detector:
    """One kind of thing found in text.

    ``finds`` are texts in which exactly the parts between ``«`` and ``»`` are found by this detector; ``ignores`` are texts in which
    it finds nothing. Both are required: they are the detector's tests and its documentation. Secrets in them are put together from
    pieces, so that no scanner trips over this repository.

    ``at_start``: patterns with which the thing can begin, for a detector whose anchors want a delimiter before it: in protobuf a string's
    length stands there.

    ``loose`` marks detectors that go by digits or by context rather than by a prefix: they do not fire inside ids (``trace_id=…``)
    nor inside long base64 runs. ``default`` says whether the default policy uses the detector.
    """

    id: str
    entity: str
    kind: Kind
    anchors: tuple[Anchor, ...]
    verify: Verify = field(repr=False)
    finds: tuple[str, ...]
    ignores: tuple[str, ...]
    reference: str
    title: str = ""
    at_start: tuple[str, ...] = ()
    score: float = 1.0
    loose: bool = False
    default: bool = True

    def __hash__(self) -> int:  # not over all fields: one may have tens of thousands of anchors
        return hash(self.id)

    def __post_init__(self) -> None:
        if not self.id.replace("_", "").isalnum() or self.id != self.id.lower():
            raise CatalogueError(f"detector id {self.id!r} is not lower_snake_case")
        for name in ("anchors", "finds", "ignores", "reference"):
            if not getattr(self, name):
                raise CatalogueError(f"detector {self.id}: {name} must not be empty")
        for example in self.finds:
            if OPEN not in example or CLOSE not in example:
                raise CatalogueError(f"detector {self.id}: an example in finds marks nothing with {OPEN}{CLOSE}")
