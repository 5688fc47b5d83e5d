"""Pictures of what was measured: the same figures give the same file, byte for byte, with no time, machine or version of a tool in it.

A picture is one or more panels, one above the other, as wide as a README is (about 900 pixels). What tells series apart is colour and
shape, so that it can be read in black and white and by who is colour-blind (palette: Okabe and Ito, "Color Universal Design", 2008).
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#000000")
_SHAPES = ("o", "s", "D", "^", "v", "P", "X")
_WIDTH_INCHES, _ROW_INCHES, _PANEL_INCHES, _AROUND_INCHES = 9.0, 0.3, 2.6, 1.1
_STYLE: dict[Any, object] = {
    "svg.hashsalt": "scrubjay",  # ids in an SVG are random without it
    "svg.fonttype": "none",  # text stays text: smaller, searchable, in the reader's font
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@dataclass(frozen=True, slots=True)
class Series:
    """One value for each row of a panel of dots, ``None`` where there is none."""

    label: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """Points to be joined by a line."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A value to compare with, drawn across a panel."""

    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Dots:
    """Rows of names with a mark for each series: what to use for amounts of named things."""

    title: str
    unit: str
    rows: tuple[str, ...]
    series: tuple[Series, ...]
    limits: tuple[Limit, ...] = ()
    log: bool = False

    @property
    def inches(self) -> float:
        return _ROW_INCHES * len(self.rows) + _AROUND_INCHES


@dataclass(frozen=True, slots=True)
class Curves:
    """What depends on a number. ``ticks`` are ``(place, what is written there)`` where the number isn't what is to be read; ``marked``: each
    point is shown, not the line alone."""

    title: str
    across: str
    unit: str
    curves: tuple[Curve, ...]
    limits: tuple[Limit, ...] = ()
    log: bool = False
    log_across: bool = False
    ticks: tuple[tuple[float, str], ...] = ()
    marked: bool = True

    @property
    def inches(self) -> float:
        return _PANEL_INCHES + _AROUND_INCHES


Panel = Dots | Curves


def file_to_draw(text: str) -> Path:
    """A file name that ends in .svg or .png, for ``argparse``."""
    path = Path(text)
    if path.suffix not in (".svg", ".png"):
        raise argparse.ArgumentTypeError(f"a file that ends in .svg or .png, not {text}")
    return path


def draw(file: Path, *panels: Panel) -> None:
    """Write the panels as a picture; ``file``'s ending says in which format."""
    heights = [panel.inches for panel in panels]
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH_INCHES, sum(heights)), layout="constrained", facecolor="white")
        axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)
        for panel, axis in zip(panels, axes[:, 0], strict=True):
            if isinstance(panel, Dots):
                _dots(axis, panel)
            else:
                _curves(axis, panel)
        metadata = {"Date": None, "Creator": "Scrubjay"} if file.suffix == ".svg" else {"Software": "Scrubjay"}
        figure.savefig(file, dpi=100, metadata=metadata)


def _dots(axis: Axes, panel: Dots) -> None:
    places = range(len(panel.rows))
    for series, colour, shape in zip(panel.series, itertools.cycle(_COLOURS), itertools.cycle(_SHAPES), strict=False):
        points = [(value, place) for value, place in zip(series.values, places, strict=True) if value is not None]
        axis.plot([x for x, _ in points], [y for _, y in points], shape, color=colour, markersize=7, label=series.label)
    axis.set_yticks(places, panel.rows)
    axis.set_ylim(len(panel.rows) - 0.5, -0.5)
    axis.grid(axis="y", color="#dddddd")
    axis.grid(axis="x", color="#eeeeee")
    if panel.log:
        axis.set_xscale("log")
    else:
        axis.set_xlim(left=0)
    axis.xaxis.set_major_formatter(FuncFormatter(_plain))
    for limit in panel.limits:
        axis.axvline(limit.value, color="#555555", linestyle="--", linewidth=1.2)
        axis.annotate(
            limit.label, (limit.value, 0), (3, 4), xycoords=("data", "axes fraction"), textcoords="offset points", color="#555555", fontsize=9
        )
    axis.set_xlabel(panel.unit)
    _name(axis, panel.title, len(panel.series))


def _curves(axis: Axes, panel: Curves) -> None:
    for curve, colour, shape in zip(panel.curves, itertools.cycle(_COLOURS), itertools.cycle(_SHAPES), strict=False):
        axis.plot(curve.x, curve.y, (shape if panel.marked else "") + "-", color=colour, markersize=6, label=curve.label)
    axis.grid(color="#eeeeee")
    if panel.log_across:
        axis.set_xscale("symlog", linthresh=1)
    if panel.log:
        axis.set_yscale("log")
    else:
        axis.set_ylim(bottom=0)
    if panel.ticks:
        axis.set_xticks([place for place, _ in panel.ticks], [said for _, said in panel.ticks])
    else:
        axis.xaxis.set_major_formatter(FuncFormatter(_plain))
    axis.yaxis.set_major_formatter(FuncFormatter(_plain))
    for limit in panel.limits:
        axis.axhline(limit.value, color="#555555", linestyle="--", linewidth=1.2)
        axis.annotate(limit.label, (1, limit.value), (-3, 3), xycoords=("axes fraction", "data"), textcoords="offset points", ha="right", fontsize=9)
    axis.set_xlabel(panel.across)
    axis.set_ylabel(panel.unit)
    _name(axis, panel.title, len(panel.curves))


def _name(axis: Axes, title: str, series: int) -> None:
    axis.set_title(title, loc="left", fontsize=11, pad=24 if series > 1 else 8)
    if series > 1:
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=min(series, 5), frameon=False, borderaxespad=0, handletextpad=0.3)


def _plain(value: float, _place: object = None) -> str:
    """Without an exponent, and without zeros that say nothing."""
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:g}"


def by_row(rows: Sequence[str], label: str, values: dict[str, float]) -> Series:
    """A series from what is known of each row's name."""
    return Series(label, tuple(values.get(row) for row in rows))
