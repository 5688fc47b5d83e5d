"""Detectors of installed packages: entry points of the group ``scrubjay.detectors``.

Contract: an entry point names a :class:`Detector`, a tuple or list of them, or a callable without arguments that returns either. They are
loaded when a plan is compiled, in the order of distributions and names. What can't be loaded, or is no detector, raises
:class:`PluginError`, which names the distribution and the entry point; what a package's own exception says is not repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import NamedTuple

from detectors.model import Detector

GROUP = "scrubjay.detectors"


class PluginError(ValueError):
    """A package's detectors can't be used: one line that names the distribution and the entry point."""


class Plugin(NamedTuple):
    """The detectors of one entry point. ``source`` is ``distribution version, entry point``."""

    source: str
    detectors: tuple[Detector, ...]


def load_plugins(taken: Iterable[str] = (), points: Sequence[EntryPoint] | None = None) -> tuple[Plugin, ...]:
    """Every installed plugin's detectors. An id that is ``taken``, or that two of them use, is refused."""
    found = entry_points(group=GROUP) if points is None else points
    owners = dict.fromkeys(taken, "the catalogue")
    plugins = []
    for source, point in sorted((_source(point), point) for point in found):
        plugin = Plugin(source, _loaded(source, point))
        for detector in plugin.detectors:
            if detector.id in owners:
                raise PluginError(f"{source}: the id {detector.id} is taken by {owners[detector.id]}; another id, or without one of the packages")
            owners[detector.id] = source
        plugins.append(plugin)
    return tuple(plugins)


def _source(point: EntryPoint) -> str:
    distribution = f"{point.dist.name} {point.dist.version}" if point.dist is not None else "a package without a name"
    return f"{distribution}, entry point {point.name}"


def _loaded(source: str, point: EntryPoint) -> tuple[Detector, ...]:
    try:
        value = point.load()
        if callable(value) and not isinstance(value, Detector):
            value = value()
    except Exception as error:  # a package may raise anything, and its text may hold anything
        raise PluginError(f"{source}: {point.value} can't be loaded ({type(error).__name__})") from None
    detectors = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    if not detectors or not all(isinstance(detector, Detector) for detector in detectors):
        raise PluginError(f"{source}: {point.value} must be a detectors.model.Detector, a tuple of them, or a function that returns either")
    return detectors
