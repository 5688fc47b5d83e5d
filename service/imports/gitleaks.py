"""gitleaks' configuration (TOML, https://github.com/gitleaks/gitleaks#configuration) as patterns of a policy.

What carries over: id, description, regex, secretGroup, entropy, keywords, and allowlists by regex and stopword, of a rule and of the file.
Log records have no path and no commit: a rule for some paths looks everywhere, and an allowlist for paths never applies.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from detectors.custom import groups
from service.imports.model import Imported, ImportFailed, texts

_DEPTH = 2
_KNOWN = frozenset("id description regex secretGroup entropy keywords path allowlists allowlist tags required skipReport".split())
_FILE_KEYS = frozenset("title description extend rules allowlist allowlists minVersion".split())


def read(text: str, folder: Path) -> Imported:
    """The policy for a ``gitleaks.toml``. ``folder`` is where ``extend.path`` is relative to. Raises :class:`ImportFailed`."""
    out = Imported("gitleaks")
    tree = _tree(text)
    rules, shared = _rules(tree, folder, out, 0)
    everywhere = [entry for entry in shared if not entry.get("targetRules")]
    words, regexes = _spares(everywhere, "the file's allowlist", out)
    out.rules = len(rules)
    for rule in rules.values():
        own = [entry for entry in shared if rule["id"] in texts(entry.get("targetRules"))]
        _rule(rule, own, words, regexes, out)
    return out


def _tree(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ImportFailed(f"valid TOML ({error})") from None


def _rules(tree: dict[str, Any], folder: Path, out: Imported, depth: int) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """Rules by id, those of extended files first, and the allowlists of all files."""
    rules: dict[str, dict[str, Any]] = {}
    shared = _entries(tree.get("allowlists")) + _entries([tree["allowlist"]] if "allowlist" in tree else [])
    for key in sorted(set(tree) - _FILE_KEYS):
        out.left_out(key, "a setting that gitleaks' documentation does not have")
    extend = tree.get("extend", {})
    if extend.get("useDefault"):
        out.left_out("extend.useDefault", "gitleaks' own rules are not in this file; import its config/gitleaks.toml besides")
    if "url" in extend:
        out.left_out("extend.url", "nothing is downloaded; import that file besides")
    if "path" in extend:
        path = folder / str(extend["path"])
        try:
            content = path.read_text(encoding="utf-8") if depth < _DEPTH else None
        except (OSError, UnicodeError):
            content = None
        if content is None:
            out.left_out("extend.path", f"{extend['path']} can't be read, or is extended too deeply")
        else:
            rules, more = _rules(_tree(content), path.parent, out, depth + 1)
            shared += more
    for disabled in texts(extend.get("disabledRules")):
        rules.pop(disabled, None)
    for i, rule in enumerate(_entries(tree.get("rules"))):
        name = str(rule.get("id") or f"rules.{i}")
        rules[name] = _merged(rules.get(name, {}), {**rule, "id": name})
    return rules, shared


def _merged(extended: dict[str, Any], rule: dict[str, Any]) -> dict[str, Any]:
    """As gitleaks extends a rule: what is given replaces, keywords, tags and allowlists add up."""
    merged = {**extended, **{key: value for key, value in rule.items() if value not in ("", 0)}}
    for key in ("keywords", "tags", "allowlists"):
        if key in extended and key in rule:
            merged[key] = [*extended[key], *rule[key]]
    return merged


def _entries(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _rule(rule: dict[str, Any], targeted: list[dict[str, Any]], words: list[str], regexes: list[Any], out: Imported) -> None:
    name = rule["id"]
    if "regex" not in rule:
        out.left_out(name, "it is about a file's path alone, and log records have none")
        return
    if rule.get("skipReport"):
        out.left_out(name, "skipReport: it finds nothing by itself")
        return
    if "path" in rule:
        out.adapted(name, f"looks everywhere, since log records have no path (path: {rule['path']})")
    if rule.get("required"):
        out.adapted(name, "is used by itself; that other rules must match near it (required) can't be expressed")
    for key in sorted(set(rule) - _KNOWN):
        out.adapted(name, f"without {key}, a setting that gitleaks' documentation does not have")
    lists = _entries(rule.get("allowlists")) + _entries([rule.get("allowlist")]) + targeted
    own_words, own_regexes = _spares(lists, name, out)
    pattern: dict[str, Any] = {"name": out.name(name), "regex": rule["regex"], "title": rule.get("description", "")}
    pattern["keywords"] = list(dict.fromkeys(word.lower() for word in texts(rule.get("keywords"))))
    pattern["group"] = rule.get("secretGroup") or ("first" if groups(rule["regex"]) else 0)
    pattern["entropy"] = rule.get("entropy")
    pattern["except_words"] = own_words + words if own_words else words
    pattern["except_matching"] = own_regexes + regexes if own_regexes else regexes
    pattern["reference"] = f"gitleaks rule {name}"
    out.add(name, {key: value for key, value in pattern.items() if value not in ("", [], None, 0)})


def _spares(entries: list[dict[str, Any]], name: str, out: Imported) -> tuple[list[str], list[Any]]:
    """``(except_words, except_matching)`` of allowlists."""
    words: list[str] = []
    regexes: list[Any] = []
    for entry in entries:
        where = [key for key in ("paths", "commits") if entry.get(key)]
        both = str(entry.get("condition", "OR")).upper() in ("AND", "&&")
        if where:
            whole = both or not (entry.get("regexes") or entry.get("stopwords"))
            what = "an allowlist" if whole else "the part of an allowlist"
            out.adapted(name, f"without {what} for {' and '.join(where)}, which no log record has: it never applies")
            if whole:
                continue
        if both and entry.get("regexes") and entry.get("stopwords"):
            out.adapted(name, "without an allowlist that wants a regex and a stopword at once: what it spares is redacted")
            continue
        words += [word.lower() for word in texts(entry.get("stopwords"))]
        target = {"match": "match", "line": "line"}.get(str(entry.get("regexTarget", "")), "group")
        regexes += [regex if target == "group" else {"regex": regex, "within": target} for regex in texts(entry.get("regexes"))]
    return list(dict.fromkeys(words)), regexes
