"""Presidio's recognizer files (YAML, https://microsoft.github.io/presidio/analyzer/recognizer_registry_provider/) as patterns of a policy.

What carries over: a recognizer's regular expressions and deny-list, under its entity. Presidio's ``context`` only raises a score, so it is
no condition here; a pattern with a score below 0.5 is ``loose``, unless its context is asked for with ``keywords`` by hand.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from config.tree import read_tree
from service.imports.model import Imported, ImportFailed, texts

_KNOWN = frozenset(
    "name supported_language supported_languages supported_entity supported_entities patterns deny_list deny_list_score context enabled type"
    " global_regex_flags version".split()
)
_SURE = 0.5
_FLAGS = ((re.IGNORECASE, "i"), (re.DOTALL, "s"))
_DEFAULT_FLAGS = re.DOTALL | re.MULTILINE | re.IGNORECASE
"""What Presidio compiles with where a recognizer has no ``global_regex_flags``."""


def read(text: str) -> Imported:
    """The policy for a recognizer file. Raises :class:`ImportFailed`."""
    out = Imported("presidio")
    try:
        tree = read_tree(text.encode())
    except yaml.YAMLError:
        raise ImportFailed("valid YAML") from None
    recognizers = tree.get("recognizers") if isinstance(tree, dict) else tree
    if not isinstance(recognizers, list):
        raise ImportFailed("a list under recognizers")
    for key in sorted(set(tree) - {"recognizers"}) if isinstance(tree, dict) else ():
        out.left_out(key, "a setting of the whole registry; languages and scores are under `ner` in a policy")
    for i, recognizer in enumerate(recognizers):
        out.rules += 1
        if isinstance(recognizer, dict):
            _recognizer(recognizer, str(recognizer.get("name") or f"recognizers.{i}"), out)
        else:
            out.left_out(str(recognizer), "a recognizer of Presidio's own; name its entity under `ner.entities`")
    return out


def _recognizer(recognizer: dict[str, Any], name: str, out: Imported) -> None:
    if recognizer.get("enabled") is False:
        out.left_out(name, "it is not enabled")
        return
    if not recognizer.get("patterns") and not recognizer.get("deny_list"):
        out.left_out(name, "code of Presidio's own; name its entity under `ner.entities`")
        return
    for key in sorted(set(recognizer) - _KNOWN):
        out.adapted(name, f"without {key}, which can't be expressed")
    entities = texts(recognizer.get("supported_entities")) or [str(recognizer.get("supported_entity") or name)]
    if len(entities) > 1:
        out.adapted(name, f"under the entity {entities[0]} alone, not {', '.join(entities[1:])}")
    if recognizer.get("context"):
        out.adapted(
            name,
            f"context only raises scores in Presidio; to ask for one of these words, make them keywords: {', '.join(texts(recognizer['context']))}",
        )
    flags = recognizer.get("global_regex_flags", int(_DEFAULT_FLAGS))
    flags = flags if isinstance(flags, int) else int(_DEFAULT_FLAGS)
    for pattern in recognizer.get("patterns") or ():
        if isinstance(pattern, dict) and isinstance(pattern.get("regex"), str):
            _add(f"{name}: {pattern.get('name', 'pattern')}", entities[0], _flagged(pattern["regex"], flags), pattern.get("score", _SURE), out)
        else:
            out.left_out(name, "a pattern without a regex")
    words = [word for word in texts(recognizer.get("deny_list")) if word.strip()]
    if words:
        quoted = "|".join(re.escape(word).replace(r"\ ", " ") for word in sorted(words, key=len, reverse=True))
        _add(f"{name}: deny_list", entities[0], rf"(?:^|\W)({quoted})(?:\W|$)", recognizer.get("deny_list_score", 1.0), out, group=1)


def _flagged(regex: str, flags: int) -> str:
    on = "".join(letter for flag, letter in _FLAGS if flags & flag)
    return f"(?{on}){regex}" if on else regex


def _add(what: str, entity: str, regex: str, score: object, out: Imported, group: int = 0) -> None:
    kind = "financial" if entity in ("CREDIT_CARD", "IBAN_CODE", "CRYPTO", "US_BANK_NUMBER") else "contact"
    name = out.name(f"{entity}_{what.partition(': ')[2]}" if ":" in what else entity)
    marker = re.sub(r"[^a-z0-9]+", "_", entity.lower()).strip("_")
    pattern: dict[str, Any] = {
        "name": name,
        "regex": regex,
        "entity": marker,
        "kind": kind,
        "title": what,
        "reference": f"Presidio recognizer {what}",
    }
    if group:
        pattern["group"] = group
    if isinstance(score, (int, float)) and score < _SURE:
        pattern["loose"] = True
    if out.add(what, pattern) and pattern.get("loose"):
        out.adapted(what, f"its score of {score} is lost: it is loose, which spares ids and base64, and every match counts")
