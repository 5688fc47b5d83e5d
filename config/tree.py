"""Reads YAML as YAML 1.2 means it: ``on``, ``off``, ``yes`` and ``no`` are words, ``22:22`` is text, and a key stands only once.

PyYAML reads YAML 1.1, where the key ``on`` is true, ``NO`` is false and a duplicate silently wins.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

Tree = Any
"""Mappings, lists, text, numbers, booleans and null."""


class _Loader(yaml.SafeLoader):
    """SafeLoader with the YAML 1.2 core schema."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own class attribute

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be plain text", key.start_mark)
            if key.value in seen and key.value != "<<":
                raise yaml.constructor.ConstructorError(None, None, f"the key {key.value} stands here twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


# YAML 1.2.2, section 10.3.2 "Tag Resolution"; and the merge key, which operators know from YAML 1.1.
for _tag, _pattern, _first in (
    ("null", r"null|Null|NULL|~|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+", list("-+.0123456789")),
    ("merge", r"<<", ["<"]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), _first)


def read_tree(text: bytes) -> Tree:
    """The first document in ``text``; an empty one is an empty mapping. Raises ``yaml.YAMLError``."""
    tree = yaml.load(text.decode("utf-8"), _Loader)  # noqa: S506 - _Loader is a SafeLoader
    return {} if tree is None else tree
