"""Which files there are, and where what becomes of them goes.

A folder's files have their path below it as their name, a file given by itself its own name. Links are not
followed, save those that are given themselves: a link to something within the same folder is made again where the output is, any other is
reported.
"""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from service.errors import ConfigError

STATE_FOLDER = ".scrubjay"
PART_SUFFIX = ".scrubjay-part"


class Source(NamedTuple):
    """One file: where it is, and its name below the output. ``link``: what a link points to, made again as it is."""

    path: str
    name: str
    size: int
    mtime_ns: int
    link: str = ""
    problem: str = ""


class Globs(NamedTuple):
    """Which names are taken: those that fit ``include`` (all, where it is empty) and not ``exclude``. ``*`` crosses folders."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def take(self, name: str) -> bool:
        """Whether a file of this name is."""
        return (not self.include or fits(name, self.include)) and not fits(name, self.exclude)


def fits(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a name, or its last part, is like one of the patterns."""
    last = name.rsplit("/", 1)[-1]
    return any(fnmatchcase(name, pattern) or fnmatchcase(last, pattern) for pattern in patterns)


def roots(arguments: list[str]) -> list[str]:
    """Files and folders that arguments stand for. Raises ``ConfigError`` for what is not there."""
    found: list[str] = []
    for argument in arguments:
        if os.path.lexists(argument):
            found.append(argument)
            continue
        matched = sorted(glob.glob(argument, recursive=True, include_hidden=True)) if glob.has_magic(argument) else []
        if not matched:
            raise ConfigError(f"{argument}: no such file or folder")
        found.extend(path for path in matched if not os.path.isdir(path) or not glob.has_magic(argument.rstrip("/").rsplit("/", 1)[-1]))
    return found


def sources(arguments: list[str], globs: Globs) -> Iterator[Source]:
    """All files, folder by folder in the order of their names."""
    for root in roots(arguments):
        if os.path.isdir(root):
            yield from (source for source in _below(root, root, "") if globs.take(source.name))
        else:
            source = _source(os.path.realpath(root) if os.path.islink(root) else root, os.path.basename(root), os.path.dirname(root) or ".")
            if globs.take(source.name):
                yield source


def _below(root: str, folder: str, prefix: str) -> Iterator[Source]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        yield Source(folder, prefix.rstrip("/"), 0, 0, problem=error.strerror or "unreadable")
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name != STATE_FOLDER:
                yield from _below(root, entry.path, f"{prefix}{entry.name}/")
        elif not entry.name.endswith(PART_SUFFIX):
            yield _source(entry.path, prefix + entry.name, root)


def _source(path: str, name: str, root: str) -> Source:
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            target = os.readlink(path)
            inside = Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)) and not os.path.isabs(target)
            return Source(path, name, 0, 0, link=target if inside else "", problem="" if inside else "a link that leads elsewhere")
        if not stat.S_ISREG(status.st_mode):
            return Source(path, name, 0, 0, problem="no regular file")
        return Source(path, name, status.st_size, status.st_mtime_ns)
    except OSError as error:
        return Source(path, name, 0, 0, problem=error.strerror or "unreadable")


def check_places(arguments: list[str], out: str) -> None:
    """Raises ``ConfigError`` where the output would lie in a source, or the other way round."""
    target = Path(os.path.realpath(out))
    for root in roots(arguments):
        place = Path(os.path.realpath(root))
        if place == target or place in target.parents or target in place.parents:
            raise ConfigError(f"--out {out}: it and {root} lie in one another; choose a folder elsewhere, or --in-place")
