"""Compiled databases, kept on disk: the second start loads in a millisecond what the first one compiled in seconds.

Contract: :func:`database` answers the same with and without the folder, and whatever lies in it. What is found there is used only if

* folder and file belong to this user or to root, nobody else may write to them, and the file is a plain one, not a link;
* its first line is ours and the SHA-256 behind it is that of the key and the content (Hyperscan's own checksum overlooks bytes);
* Hyperscan takes it: it refuses databases of other versions of itself and for other processors.

Anything else is removed and compiled anew. No signature guards the content: its key would lie beside it, and whoever can write as this user
can change the program as well. A folder that can't be read or made is done without; nothing here fails a start.

**Only patterns that ship with the package are kept.** The operator's own may hold a literal that is itself a secret: a set with such a pattern
in it is compiled at each start, unless ``SCRUBJAY_CACHE_PATTERNS=1`` says that the folder may know them (it is no less closed than a policy
file should be). Names to look for are personal data and never written down. The caller says which it is; the default is never.

The folder is ``$SCRUBJAY_CACHE_DIR``, else ``scrubjay/databases`` in ``$XDG_CACHE_HOME`` or ``~/.cache``; ``SCRUBJAY_CACHE_DIR=`` (empty)
switches it off. The key names the patterns, Hyperscan's version and the processor features it compiles for here, so one folder serves
different machines, and one that is filled when an image is built serves its containers. Files not used for longest go first.
"""

from __future__ import annotations

import ctypes
import hashlib
import logging
import os
import platform
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import hyperscan

from detectors.model import Anchor, CatalogueError

MAX_FILES = 64
MAX_BYTES = 256 << 20
Origin = Literal["package", "policy", "private"]
"""Whose the patterns of a set are: all of them ours; some the operator's own; or some personal data to look for."""

_MAX_FILE_BYTES = 64 << 20
_MAGIC = b"scrubjay database 1\n"
_HEAD_BYTES = len(_MAGIC) + hashlib.sha256().digest_size
_SUFFIX, _UNFINISHED = ".hs", ".part"
_UNFINISHED_SECONDS = 3600

_log = logging.getLogger("scrubjay")


def database(anchors: tuple[Anchor, ...], origin: Origin = "private", environ: Mapping[str, str] = os.environ) -> Any:
    """The block-mode database of ``anchors``, which have their places as ids.

    Raises :class:`CatalogueError` for a pattern Hyperscan does not take.
    """
    expressions = [anchor.pattern.encode("latin-1") for anchor in anchors]
    flags = [hyperscan.HS_FLAG_CASELESS if anchor.caseless else 0 for anchor in anchors]
    store = _Store.at(folder(environ)) if _may_be_kept(origin, environ) else None
    if store is None:
        return _compile(expressions, flags)
    key = _key(expressions, flags)
    content = store.read(key)
    if content is not None:
        try:
            return hyperscan.loadb(content, hyperscan.HS_MODE_BLOCK)
        except hyperscan.error:
            store.remove(key)
    compiled = _compile(expressions, flags)
    store.write(key, hyperscan.dumpb(compiled))
    return compiled


def folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Where databases are kept; ``None`` where nowhere."""
    if sys.platform == "win32":
        return None  # who may write to a file is said in another way there
    own = environ.get("SCRUBJAY_CACHE_DIR")
    if own is not None:
        return Path(own) if own else None
    home = environ.get("XDG_CACHE_HOME") or (f"{environ['HOME']}/.cache" if environ.get("HOME") else "")
    return Path(home) / "scrubjay" / "databases" if home.startswith("/") else None  # relative ones are to be ignored (XDG)


def _may_be_kept(origin: Origin, environ: Mapping[str, str]) -> bool:
    return origin == "package" or (origin == "policy" and environ.get("SCRUBJAY_CACHE_PATTERNS") == "1")


def _compile(expressions: list[bytes], flags: list[int]) -> Any:
    compiled = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        compiled.compile(expressions=expressions, ids=list(range(len(expressions))), elements=len(expressions), flags=flags)
    except hyperscan.error as error:
        raise CatalogueError(f"an anchor does not compile: {error}") from None
    _give_back()
    return compiled


def _give_back() -> None:
    """Compiling takes some 100 MB for a while, which glibc would keep for as long as the process runs."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none, and needs none
        if trim is not None:
            trim(0)


def _key(expressions: list[bytes], flags: list[int]) -> str:
    """Names a database: what it is made of, by what, and for which processor."""
    probe = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    probe.compile(expressions=[b"a"], ids=[0], elements=1, flags=[0])
    about = f"{version('hyperscan')} {probe.info()!r} {sys.platform} {platform.machine()}"
    rows = "\n".join(f"{flag}{expression!r}" for expression, flag in zip(expressions, flags, strict=True))
    return hashlib.sha256(f"{about}\n{rows}".encode()).hexdigest()


class _Store:
    """The files of one folder. Every method does without what the system refuses."""

    def __init__(self, place: Path) -> None:
        self._place = place

    @classmethod
    def at(cls, place: Path | None) -> _Store | None:
        """The folder, made if need be; ``None`` where there is none to be trusted."""
        if place is None:
            return None
        with _doing_without("make the folder"):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.mkdir(mode=0o700, exist_ok=True)
        with _doing_without("look at the folder"):
            found = place.stat(follow_symlinks=False)
            if stat.S_ISDIR(found.st_mode) and _is_ours(found):
                return cls(place)
            _log.debug("compiled databases: %s is not used: it must be a folder that only its owner, who runs this, can write to", place)
        return None

    def read(self, key: str) -> bytes | None:
        """The content under ``key``, as it was written; a file that holds anything else is removed."""
        with _doing_without("read"):
            handle = os.open(self._file(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
            with open(handle, "rb") as file:
                found = os.fstat(handle)
                sound = stat.S_ISREG(found.st_mode) and _is_ours(found) and found.st_size <= _MAX_FILE_BYTES
                held = file.read() if sound else b""
            content = held[_HEAD_BYTES:]
            if held[:_HEAD_BYTES] == _head(key, content):
                with _doing_without("note the use"):
                    os.utime(self._file(key))
                return content
            _log.debug("compiled databases: one in %s is damaged or not to be trusted; it is compiled anew", self._place)
            self.remove(key)
        return None

    def write(self, key: str, content: bytes) -> None:
        """Keeps ``content``: all of it or nothing, whoever else writes it at the same time."""
        part = self._place / f"{key}.{os.getpid()}.{time.monotonic_ns()}{_UNFINISHED}"
        with _doing_without("write"):
            try:
                handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
                with open(handle, "wb") as file:
                    file.write(_head(key, content))
                    file.write(content)
                part.replace(self._file(key))
            finally:
                part.unlink(missing_ok=True)
            self._prune()

    def remove(self, key: str) -> None:
        """Forgets what lies under ``key``."""
        with _doing_without("remove"):
            self._file(key).unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self._place / f"{key}{_SUFFIX}"

    def _prune(self) -> None:
        """Keeps the latest used; removes what a process that was killed left half written."""
        files, size = 0, 0
        for used, length, path in sorted(self._files(), reverse=True):
            if path.suffix == _UNFINISHED:
                if used < time.time() - _UNFINISHED_SECONDS:
                    path.unlink(missing_ok=True)
                continue
            files += 1
            size += length
            if files > MAX_FILES or size > MAX_BYTES:
                path.unlink(missing_ok=True)

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        with os.scandir(self._place) as entries:
            for entry in entries:
                if entry.name.endswith((_SUFFIX, _UNFINISHED)):
                    with _doing_without("look at a file"):  # another process may have removed it
                        found = entry.stat(follow_symlinks=False)
                        yield found.st_mtime, found.st_size, Path(entry.path)


def _head(key: str, content: bytes) -> bytes:
    digest = hashlib.sha256(key.encode())
    digest.update(content)
    return _MAGIC + digest.digest()


def _is_ours(found: os.stat_result) -> bool:
    """Whether nobody but this user or root can have written it."""
    if sys.platform == "win32":
        return False
    return found.st_uid in (os.geteuid(), 0) and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@contextmanager
def _doing_without(what: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        pass
    except OSError as error:
        _log.debug("compiled databases: can't %s (%s)", what, error.strerror)
