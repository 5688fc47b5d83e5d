"""How long requests took, by percentile, as a picture: each nine has the same room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10
from pathlib import Path

from load.plots import Curve, Curves, draw

_TICKS = (0.0, 90.0, 99.0, 99.9, 99.99, 99.999)
_LEAST_LEFT = 1e-6


def plot_percentiles(found: Mapping[str, Sequence[tuple[float, float]]], title: str, file: Path) -> None:
    """``found``: for each name ``(percentile, seconds)``, ascending."""
    curves = []
    for name, points in found.items():
        known = [(_place(percentile), seconds * 1000) for percentile, seconds in points if percentile < 100]
        curves.append(Curve(name, tuple(x for x, _ in known), tuple(y for _, y in known)))
    most = max((x for curve in curves for x in curve.x), default=0.0)
    ticks = tuple((_place(tick), f"{tick:g} %") for tick in _TICKS if _place(tick) <= most + 1)
    draw(file, Curves(title, "share of requests", "ms since the request was due", tuple(curves), ticks=ticks, marked=False))


def _place(percentile: float) -> float:
    """Where a percentile is drawn: the number of nines."""
    return -log10(max(1 - percentile / 100, _LEAST_LEFT))
