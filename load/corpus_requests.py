"""What a corpus is, and how records are cut into requests: what the generators of all formats share.

The same arguments give the same bytes, whatever ran before. ``share`` is exact in each hundred records; where a record stands in the
corpus, not chance, decides what kind of thing makes it sensitive, so each kind has its part of any stretch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from load.values import Values, hit_positions

MIB = 1 << 20
REQUEST_BYTES = MIB
DAY_MS = 86_400_000

Record = Callable[[Values, int, bool], str]
"""(values, number of the record, is it hit) -> its text, newline included."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """``payloads`` are whole requests for ``codec``; ``hits`` of the ``records`` carry something to redact."""

    name: str
    codec: str
    payloads: tuple[bytes, ...] = field(repr=False)
    records: int
    hits: int

    @property
    def size(self) -> int:
        return sum(map(len, self.payloads))


def requests_of(records: Iterator[bytes]) -> Iterator[bytes]:
    """Records joined into requests of about 1 MiB."""
    gathered: list[bytes] = []
    length = 0
    for record in records:
        gathered.append(record)
        length += len(record)
        if length >= REQUEST_BYTES:
            yield b"".join(gathered)
            gathered, length = [], 0
    if gathered:
        yield b"".join(gathered)


def of_lines(name: str, codec: str, record: Record, size: int, share: float, seed: int) -> Corpus:
    """A corpus of about ``size`` bytes of what ``record`` writes."""
    values = Values(seed)
    is_hit = hit_positions(values.random, share)
    made = hits = 0

    def records() -> Iterator[bytes]:
        nonlocal made, hits
        length = 0
        while length < size:
            hit = is_hit(made)
            line = record(values, made, hit).encode()
            made += 1
            hits += hit
            length += len(line)
            yield line

    payloads = tuple(requests_of(records()))
    return Corpus(name, codec, payloads, made, hits)


def clock(number: int) -> tuple[int, int, int, int]:
    """Hour, minute, second, millisecond of a record: 13 ms after the one before it."""
    ms = (33_813_589 + 13 * number) % DAY_MS
    return ms // 3_600_000, ms // 60_000 % 60, ms // 1000 % 60, ms % 1000
