"""Plots of what the drivers measured: how long requests took, by percentile, and figures over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

Curve = Sequence[tuple[float, float]]
_TICKS = (0.0, 90.0, 99.0, 99.9, 99.99, 99.999)
_LEAST_LEFT = 1e-6
mpl.rcParams["svg.hashsalt"] = "scrubjay"  # the same figures give the same file


def plot_percentiles(curves: Mapping[str, Curve], title: str, file: Path) -> None:
    """Latency over percentile, whose axis gives each nine the same room."""
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    most = 0.0
    for name, curve in curves.items():
        known = [(percentile, seconds) for percentile, seconds in curve if percentile < 100]
        places = [_place(percentile) for percentile, _ in known]
        most = max([most, *places])
        axes.plot(places, [seconds * 1000 for _, seconds in known], label=name)
    ticks = [tick for tick in _TICKS if _place(tick) <= most + 1]
    axes.set_xticks([_place(tick) for tick in ticks], [f"{tick:g} %" for tick in ticks])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("share of requests")
    axes.set_ylabel("ms since the request was due")
    axes.set_title(title, fontsize=9, loc="left")
    axes.grid(alpha=0.3)
    axes.legend()
    _write(figure, file)


def plot_over_time(panels: Mapping[str, Mapping[str, Sequence[tuple[float, float]]]], title: str, file: Path) -> None:
    """One panel under the other, each named for its axis and holding lines of ``(minutes, value)``."""
    figure = Figure(figsize=(8, 2.2 * len(panels) + 0.6), layout="constrained")
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for each, (label, lines) in zip(axes, panels.items(), strict=True):
        for name, points in lines.items():
            each.plot([at for at, _ in points], [value for _, value in points], label=name)
        each.set_ylim(bottom=0)
        each.set_ylabel(label)
        each.grid(alpha=0.3)
        if len(lines) > 1:
            each.legend(fontsize=8)
    axes[-1].set_xlabel("minutes")
    figure.suptitle(title, fontsize=9, x=0.01, ha="left")
    _write(figure, file)


def _place(percentile: float) -> float:
    """Where a percentile is drawn: the number of nines."""
    from math import log10

    return -log10(max(1 - percentile / 100, _LEAST_LEFT))


def _write(figure: Figure, file: Path) -> None:
    figure.savefig(file, dpi=120, metadata={"Date": None} if file.suffix == ".svg" else None)
