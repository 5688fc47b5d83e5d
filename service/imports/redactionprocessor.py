"""The OpenTelemetry Collector's ``redaction`` processor (its README in opentelemetry-collector-contrib) as a policy.

What carries over: ``blocked_values`` and ``blocked_key_patterns``, which become patterns, ``allowed_values``, which become an allow-list for
these patterns, and ``ignored_keys``, under which rules keep what they find. Attributes that are not on a list (``allow_all_keys: false``)
are not removed: that is noted, as is all else that can't be expressed.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from config.tree import read_tree
from detectors.custom import groups
from service.imports.model import Imported, ImportFailed, texts

_NAME_PART = r"[\\w.-]{0,64}"
_TO_VALUE = r"""[\\"']{0,4}\s{0,3}[=:]\s{0,3}[\\"']{0,4}([^\s"'\\,;&}]+)"""
_FINDS = ("redaction", "redactionprocessor")
_KNOWN = frozenset(
    "allow_all_keys allowed_keys ignored_keys ignored_key_patterns redact_all_types blocked_key_patterns blocked_values allowed_values summary"
    " hash_function hmac_key url_sanitizer url_sanitization db_sanitizer".split()
)


def read(text: str) -> Imported:
    """The policy for the processor's block, alone or within a Collector's configuration. Raises :class:`ImportFailed`."""
    out = Imported("collector")
    try:
        tree = read_tree(text.encode())
    except yaml.YAMLError:
        raise ImportFailed("valid YAML") from None
    blocks = find_blocks(tree)
    if not blocks:
        raise ImportFailed("a redaction processor: a mapping with blocked_values, or one under processors.redaction")
    for name, block in blocks:
        out.rules += len(block)
        _block(name, block, out)
    return out


def find_blocks(tree: Any) -> list[tuple[str, dict[str, Any]]]:
    """``(component id, settings)`` of every redaction processor in a configuration; the tree itself where it is one's settings."""
    if not isinstance(tree, dict):
        return []
    if tree and set(tree) <= _KNOWN:
        return [("redaction", tree)]
    inside = tree.get("processors", tree)
    named = inside.items() if isinstance(inside, dict) else ()
    return [(str(name), block) for name, block in named if str(name).partition("/")[0] in _FINDS and isinstance(block, dict)]


def _block(name: str, block: dict[str, Any], out: Imported) -> None:
    patterns = _blocked_keys(name, block, out)
    for i, regex in enumerate(texts(block.get("blocked_values"))):
        pattern = {"name": out.name(f"blocked_value_{i + 1}"), "regex": regex, "reference": f"{name}: blocked_values.{i}"}
        if out.add(f"{name}: blocked_values.{i}", pattern):
            patterns.append(pattern["name"])
    _allowed(name, block, patterns, out)
    _keys(name, block, patterns, out)
    _rest(name, block, patterns, out)


def _allowed(name: str, block: dict[str, Any], patterns: list[str], out: Imported) -> None:
    """The Collector lets a whole value through in which an allowed expression matches; here it is about the match alone."""
    for i, regex in enumerate(texts(block.get("allowed_values"))):
        what = f"{name}: allowed_values.{i}"
        try:
            re.compile(regex)
        except re.error as error:
            out.left_out(what, f"a regular expression that Python does not take ({error.msg})")
            continue
        if patterns:
            out.policy.setdefault("allow", []).append({"detectors": list(patterns), "matches": regex})
            out.adapted(what, "lets a match through that it fits as a whole; the Collector lets through the value around it")


def _keys(name: str, block: dict[str, Any], patterns: list[str], out: Imported) -> None:
    ignored = texts(block.get("ignored_keys"))
    if ignored and patterns:
        globs = [re.sub(r"([*?\[])", r"[\1]", key) for key in ignored]
        out.policy.setdefault("rules", []).append({"detectors": list(patterns), "where": {"keys": globs}, "action": "keep"})
        out.adapted(f"{name}: ignored_keys", "spare these fields from the patterns imported here, not from Scrubjay's own detectors")
    for i, regex in enumerate(texts(block.get("ignored_key_patterns"))):
        out.left_out(f"{name}: ignored_key_patterns.{i}", f"rules know fields by globs: write {regex} as one under where.keys, with action: keep")


def _blocked_keys(name: str, block: dict[str, Any], out: Imported) -> list[str]:
    """A blocked name's value is what follows the name, in a field as in text: fields are looked at as ``name=value``."""
    added = []
    for i, regex in enumerate(texts(block.get("blocked_key_patterns"))):
        what = f"{name}: blocked_key_patterns.{i}"
        words = re.sub(r"(?<!\\)\.[*+]", _NAME_PART, regex.removeprefix("^").removesuffix("$"))
        pattern = {
            "name": out.name(f"blocked_key_{i + 1}"),
            "regex": rf"(?:^|[\s\"'{{,;&?])(?:{words}){_TO_VALUE}",
            "group": groups(words) + 1,
            "reference": what,
        }
        if out.add(what, pattern):
            added.append(str(pattern["name"]))
            out.adapted(what, "hides the value in text such as name=value, too; numbers, lists and maps under such a name are looked at, not hidden")
    return added


def _rest(name: str, block: dict[str, Any], patterns: list[str], out: Imported) -> None:
    if block.get("allow_all_keys") is not True:
        count = len(texts(block.get("allowed_keys")))
        out.left_out(
            f"{name}: allow_all_keys",
            f"attributes that are not among the {count} allowed_keys are not removed; keep the processor for that, or drop them at the source",
        )
    elif block.get("allowed_keys"):
        out.left_out(f"{name}: allowed_keys", "they say nothing where allow_all_keys is true")
    hashing = block.get("hash_function")
    if hashing and patterns:
        out.left_out(
            f"{name}: hash_function",
            f"{hashing} without a key can be looked up; give a key under hash.keys and a rule with action: hash for {', '.join(patterns)}",
        )
    if "summary" in block:
        out.left_out(f"{name}: summary", "no attributes are added; counts are in /metrics and in `scrubjay explain`")
    if block.get("redact_all_types"):
        out.adapted(f"{name}: redact_all_types", "values of every type are looked at anyway")
    for key in ("hmac_key", "url_sanitizer", "url_sanitization", "db_sanitizer"):
        if key in block:
            out.left_out(f"{name}: {key}", "can't be expressed; keep the processor for that")
    for key in sorted(set(block) - _KNOWN):
        out.left_out(f"{name}: {key}", "a setting that is not known here")
