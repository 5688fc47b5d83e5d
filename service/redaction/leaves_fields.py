"""Which leaves a policy's globs name."""

from __future__ import annotations

import fnmatch

_KEPT = 4096


class Fields:
    """Globs of leaves' names. A name fits when all of it fits a glob, or what is behind one of its dots; case counts."""

    def __init__(self, globs: tuple[str, ...]) -> None:
        self._globs = globs
        self._known: dict[bytes, bool] = {}

    def __contains__(self, name: bytes) -> bool:
        known = self._known.get(name)
        if known is None:
            text = name.decode("utf-8", "replace")
            known = any(fnmatch.fnmatchcase(text, glob) or fnmatch.fnmatchcase(text, "*." + glob) for glob in self._globs)
            if len(self._known) < _KEPT:
                self._known[name] = known
        return known
