"""The two things every speed of ours is set beside, so that figures from different machines can be compared.

* **The yardstick**: Hyperscan in block mode over 32 MiB of generated application log lines, 1 MiB at a time, for four patterns, with a
  callback that does nothing. It is about as fast as anything can look at every byte.
* **The plain redactor**: what one writes in an afternoon; for each line, ``re.sub`` of five patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import hyperscan

from load.corpus import MIB, application_ndjson

YARDSTICK_PATTERNS = (
    rb"(?i)bearer[ \t]",
    rb"sk-",
    rb"@",
    rb'(?i)"(?:prompt|completion|messages|content|input)"',
)
YARDSTICK_BYTES = 32 * MIB
YARDSTICK_SHARE = 0.05

# Of several ways to write each, the one that ran fastest: the comparison is with a plain redactor done well.
PLAIN_PATTERNS = (
    (re.compile(r"(?i)bearer [\w.~+/=-]+"), "[REDACTED:token]"),
    (re.compile(r"sk-[\w-]{20,}"), "[REDACTED:key]"),
    (re.compile(r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b"), "[REDACTED:email]"),
    (re.compile(r"\+\d[\d ().-]{7,}\d|\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b"), "[REDACTED:phone]"),
    (re.compile(r'("(?:prompt|completion|messages|content|input)"\s*:\s*)"(?:[^"\\]|\\.)*"'), r'\1"[REDACTED:prompt]"'),
)


class Yardstick:
    """The compiled patterns and the bytes they run over; ``run`` is what is timed."""

    def __init__(self, size: int = YARDSTICK_BYTES, *, seed: int = 1) -> None:
        joined = b"".join(application_ndjson(size, share=YARDSTICK_SHARE, seed=seed).payloads)
        self.chunks = tuple(joined[at : at + MIB] for at in range(0, len(joined), MIB))
        self.size = len(joined)
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=list(YARDSTICK_PATTERNS), ids=list(range(len(YARDSTICK_PATTERNS))), elements=len(YARDSTICK_PATTERNS), flags=0
        )

    def run(self) -> None:
        scan = self._database.scan
        for chunk in self.chunks:
            scan(chunk, match_event_handler=_nothing)


def _nothing(pattern: int, start: int, end: int, flags: int, context: object) -> None:
    """The callback: what is measured is the scan and the calls, not what is done about a hit."""


def plain_redact(payloads: Iterable[bytes]) -> list[str]:
    """Every line of the payloads through ``re.sub`` of the five patterns."""
    redacted = []
    for payload in payloads:
        for line in payload.decode().splitlines():
            for pattern, replacement in PLAIN_PATTERNS:
                line = pattern.sub(replacement, line)
            redacted.append(line)
    return redacted
