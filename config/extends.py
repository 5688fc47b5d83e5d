"""What a policy inherits from the one it ``extends``: two trees, as they were written, become one.

The policy's own settings win. Its own rules, allow-list entries and patterns come before the inherited ones, so that they decide first;
a pattern of its own replaces an inherited one of the same name. Switches are united, and where the two disagree its own win. Mappings
are merged key by key; any other list is its own or the inherited one. Not inherited are ``name``, ``version`` and ``tests``: a policy's
tests are about that policy, and what extends it is meant to differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from config.tree import Tree

Key = tuple[str | int, ...]


class Origin(NamedTuple):
    """The file and the key under which something was written."""

    file: str
    key: Key


class Source(NamedTuple):
    """A tree as a file has it, after substitution: what stood where something was substituted, and what other files gave to it."""

    file: str
    tree: Any
    references: dict[Key, str]
    origins: dict[Key, Origin]

    def origin(self, key: Key) -> Origin:
        """Where what now stands under ``key`` was written."""
        for length in range(len(key), -1, -1):
            known = self.origins.get(key[:length])
            if known is not None:
                return Origin(known.file, known.key + key[length:])
        return Origin(self.file, key)


_OWN_FIRST = frozenset({("rules",), ("allow",), ("patterns",)})
_OWN_ONLY = frozenset({"name", "version", "tests"})
_SWITCHES = {"on": "off", "off": "on"}


def extended(own: Source, inherited: Source) -> Source:
    """``own``, whose ``extends`` named ``inherited``, with what it inherits; ``extends`` itself is gone."""
    merged = Source(own.file, {}, dict(own.references), dict(own.origins))
    given = {key: value for key, value in own.tree.items() if key != "extends"}
    base = {key: value for key, value in inherited.tree.items() if key not in _OWN_ONLY}
    tree = _merged(given, base, (), merged, inherited)
    merged.references.pop(("extends",), None)
    return merged._replace(tree=tree)


def _merged(own: Tree, base: Tree, key: Key, into: Source, inherited: Source) -> Tree:
    if isinstance(own, dict) and isinstance(base, dict):
        if key == ("detectors",):
            base = _without_conflicts(own, base)
        tree = dict(own)
        for name, value in base.items():
            if name in own:
                tree[name] = _merged(own[name], value, (*key, name), into, inherited)
            else:
                _take((*key, name), (*key, name), into, inherited)
                tree[name] = value
        return tree
    if not isinstance(own, list) or not isinstance(base, list):
        return own
    if key in (("detectors", "on"), ("detectors", "off")):
        return [*own, *(name for name in base if name not in own)]
    if key not in _OWN_FIRST:
        return own
    kept = list(own)
    names = {item.get("name") for item in own if isinstance(item, dict)} if key == ("patterns",) else set()
    for at, item in enumerate(base):
        if not (isinstance(item, dict) and item.get("name") in names and names):
            _take((*key, at), (*key, len(kept)), into, inherited)
            kept.append(item)
    return kept


def _without_conflicts(own: Mapping[str, Tree], base: Mapping[str, Tree]) -> dict[str, Tree]:
    """The inherited switches without names that the policy itself switches the other way."""
    out = dict(base)
    for name, other in _SWITCHES.items():
        against, inherited = own.get(other), base.get(name)
        if isinstance(against, list) and isinstance(inherited, list):
            out[name] = [item for item in inherited if item not in against]
    return out


def _take(there: Key, here: Key, into: Source, inherited: Source) -> None:
    """Notes that what stands ``there`` in the inherited tree now stands ``here``."""
    into.origins[here] = inherited.origin(there)
    size = len(there)
    for known, origin in inherited.origins.items():
        if len(known) > size and known[:size] == there:
            into.origins[here + known[size:]] = origin
    for known, text in inherited.references.items():
        if known[:size] == there:
            into.references[here + known[size:]] = text
