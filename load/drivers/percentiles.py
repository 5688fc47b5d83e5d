"""How long requests took, as a histogram: constant memory, three significant digits, percentiles of many runs together.

Contract: times are seconds going in and coming out; inside they are whole microseconds between 1 and ten minutes, and what lies beyond is
counted at the nearer end. A percentile is the highest value that its step of the histogram stands for, so it is never below the true one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]  # hdrhistogram has no types

_MICROSECONDS = 1_000_000
_MOST = 600 * _MICROSECONDS
_DIGITS = 3
_TICKS_PER_HALVING = 5
"""Points of a curve for each halving of the distance to 100 %."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Of how many requests, and their percentiles in seconds."""

    count: int
    p50: float
    p90: float
    p99: float
    p999: float
    longest: float


class Recorder:
    """Takes times one by one."""

    def __init__(self) -> None:
        self._histogram = HdrHistogram(1, _MOST, _DIGITS)

    def add(self, seconds: float) -> None:
        self._histogram.record_value(min(max(round(seconds * _MICROSECONDS), 1), _MOST))

    def encoded(self) -> str:
        """The whole histogram as text, for ``merged``; HdrHistogram's own format (V2, deflated, base64)."""
        return str(self._histogram.encode().decode())

    def at(self, percentile: float) -> float:
        return float(self._histogram.get_value_at_percentile(percentile)) / _MICROSECONDS

    def spread(self) -> Spread:
        p50, p90, p99, p999, longest = (self.at(percentile) for percentile in (50, 90, 99, 99.9, 100))
        return Spread(self._histogram.get_total_count(), p50, p90, p99, p999, longest)

    def curve(self) -> list[tuple[float, float]]:
        """``(percentile, seconds)``, closer together the nearer to 100, the last of them the longest time."""
        return [
            (float(each.percentile_level_iterated_to), each.value_iterated_to / _MICROSECONDS)
            for each in self._histogram.get_percentile_iterator(_TICKS_PER_HALVING)
        ]

    def take(self, encoded: str) -> None:
        self._histogram.decode_and_add(encoded.encode())


def merged(encoded: Iterable[str]) -> Recorder:
    """All of them together: the percentiles of what every one of them counted, not a mean of percentiles."""
    recorder = Recorder()
    for each in encoded:
        recorder.take(each)
    return recorder
