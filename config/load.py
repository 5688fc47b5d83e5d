"""Reads configuration and policy files.

Contract: what comes back is complete and valid, with ``${env:NAME}`` and ``${file:PATH}`` replaced. Anything else is one ``LoadError``
whose text is a single line, ``file: key: what is allowed``, and never quotes a value, since that may be a secret. Data paths are
relative to where the program runs; a policy path and ``${file:…}`` are relative to the file that names them. A policy that ``extends``
another is complete when it comes back: what it inherits stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml
from pydantic import ValidationError

from config.extends import Key, Origin, Source, extended
from config.model import Model
from config.schema import Config, Policy
from config.tree import Tree, read_tree

_HERE = Path(__file__).parent
POLICIES = _HERE / "policies"
DEFAULT = _HERE / "default.yaml"

ModelT = TypeVar("ModelT", bound=Model)

_REFERENCE = re.compile(r"\$\$\{|\$\{(?:(env|file):([^{}]{1,4096}))?\}?")
_POLICY_NAME = re.compile(r"[A-Za-z0-9_-]+")
_NOT_SHOWN = "(not shown)"


class LoadError(ValueError):
    """What the operator wrote can't be used: one line, ``file: key: what is allowed``."""


class Loaded(NamedTuple):
    """A configuration, the files it and its policy came from (one and the same for an inline policy), and the references in them."""

    config: Config
    file: str
    policy_file: str
    references: Mapping[Key, str]


def load_config(path: Path | None, env: Mapping[str, str]) -> Loaded:
    """The configuration in ``path``; without one, the default: loopback listeners and files under ``./scrubjay-data``."""
    source = _read(path or DEFAULT, env)
    policy_file = source.file
    if isinstance(source.tree, dict):
        source.tree.setdefault("policy", "default")
        for key in _policy_keys(source.tree):
            source = _with_policy(source, key, (path or DEFAULT).parent, env)
        policy_file = source.origins.get(("policy",), Origin(source.file, ())).file
    return Loaded(_validate(Config, source), source.file, policy_file, source.references)


def load_policy(name_or_path: str, env: Mapping[str, str]) -> Policy:
    """The policy of that name, or in that file."""
    return _validate(Policy, _policy_source(name_or_path, Path(), env, where="--policy"))


def show(loaded: Loaded) -> str:
    """The effective configuration as YAML; references stand where the operator wrote them, and secrets are not printed."""
    # What is not set is left out: for a transport, a key with nothing behind it would mean its defaults.
    shown = _shown(loaded.config, loaded.config.model_dump(mode="json", exclude_none=True), (), loaded.references)
    return yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=120)


def _policy_keys(tree: dict[str, Any]) -> list[Key]:
    """Where policies stand in a configuration: its own, and those that pipelines have in their shadow."""
    keys: list[Key] = [("policy",)]
    service = tree.get("service")
    pipelines = service.get("pipelines") if isinstance(service, dict) else None
    for signal, pipeline in pipelines.items() if isinstance(pipelines, dict) else ():
        shadow = pipeline.get("shadow") if isinstance(pipeline, dict) else None
        if isinstance(shadow, dict) and "policy" in shadow:
            keys.append(("service", "pipelines", signal, "shadow", "policy"))
    return keys


def _with_policy(source: Source, key: Key, folder: Path, env: Mapping[str, str]) -> Source:
    """``source`` with the policy under ``key`` in place of its name, its path, or what it extends."""
    holder = source.tree
    for part in key[:-1]:
        holder = holder[part]
    written = holder[key[-1]]
    if not isinstance(written, str | dict):
        return source
    there = {known[len(key) :]: text for known, text in source.references.items() if known[: len(key)] == key}
    rest = {known: text for known, text in source.references.items() if known[: len(key)] != key}
    if isinstance(written, str):
        policy = _policy_source(written, folder, env, where=f"{source.file}: {_dotted(key)}")
        origins = {key: Origin(policy.file, ())}
    else:
        policy = _with_inherited(Source(source.file, written, there, {}), folder, env, where=f"{source.file}: {_dotted(key)}.extends")
        origins = {}
    holder[key[-1]] = policy.tree
    origins |= {(*key, *known): origin for known, origin in policy.origins.items()}
    references = rest | {(*key, *known): text for known, text in policy.references.items()}
    return Source(source.file, source.tree, references, source.origins | origins)


def _policy_source(name_or_path: str, folder: Path, env: Mapping[str, str], *, where: str, through: tuple[Path, ...] = ()) -> Source:
    if not _POLICY_NAME.fullmatch(name_or_path):
        path = folder / name_or_path
    else:
        path = POLICIES / f"{name_or_path}.yaml"
        if not path.is_file():
            known = ", ".join(sorted(file.stem for file in POLICIES.glob("*.yaml")))
            raise LoadError(f"{where}: one of {known}, or the path of a policy file")
    if path.resolve() in through:
        chain = " extends ".join(step.name for step in (*through, path))
        raise LoadError(f"{where}: a policy that does not lead back to itself; {chain}")
    source = _read(path, env)
    if isinstance(source.tree, dict):
        source = _with_inherited(source, path.parent, env, where=f"{path}: extends", through=(*through, path.resolve()))
        source.tree.setdefault("name", re.sub(r"[^A-Za-z0-9._-]", "_", path.stem)[:64] or "policy")
    return source


def _with_inherited(source: Source, folder: Path, env: Mapping[str, str], *, where: str, through: tuple[Path, ...] = ()) -> Source:
    """A policy with what it inherits."""
    wanted = source.tree.get("extends")
    if wanted is None:
        return source
    if not isinstance(wanted, str):
        raise LoadError(f"{where}: a policy's name, or the path of a policy file")
    inherited = _policy_source(wanted, folder, env, where=where, through=through)
    if not isinstance(inherited.tree, dict):
        raise LoadError(f"{inherited.file}: a mapping of keys to values")
    return extended(source, inherited)


def _read(path: Path, env: Mapping[str, str]) -> Source:
    try:
        tree = read_tree(path.read_bytes())
    except OSError as error:
        raise LoadError(f"{path}: a file that can be read ({error.strerror})") from None
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "the file"
        raise LoadError(f"{path}: {line}: valid YAML ({error.problem})") from None
    except (yaml.YAMLError, UnicodeError, RecursionError):
        raise LoadError(f"{path}: valid YAML in UTF-8") from None
    references: dict[Key, str] = {}
    return Source(str(path), _substitute(tree, (), path, env, references), references, {})


def _substitute(tree: Tree, key: Key, path: Path, env: Mapping[str, str], references: dict[Key, str]) -> Tree:
    """The tree with references in its strings replaced; notes the original text of each such string under its key."""
    if isinstance(tree, dict):
        return {name: _substitute(value, (*key, name), path, env, references) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_substitute(value, (*key, at), path, env, references) for at, value in enumerate(tree)]
    if not isinstance(tree, str) or "${" not in tree:
        return tree

    def resolve(found: re.Match[str]) -> str:
        if found[0] == "$${":
            return "${"
        if found[1] == "env" and found[2] in env:
            return env[found[2]]
        if found[1] == "file":
            try:
                return (path.parent / found[2]).read_text(encoding="utf-8").removesuffix("\n")
            except (OSError, UnicodeError):
                raise LoadError(f"{path}: {_dotted(key)}: the file {found[2]} must be there, readable and UTF-8") from None
        if found[1] == "env":
            raise LoadError(f"{path}: {_dotted(key)}: the environment variable {found[2]} must be set")
        raise LoadError(f"{path}: {_dotted(key)}: ${{env:NAME}} or ${{file:PATH}}; write $${{ for a literal ${{")

    replaced = _REFERENCE.sub(resolve, tree)
    references[key] = tree
    return replaced


def _validate(model: type[ModelT], source: Source) -> ModelT:
    try:
        return model.model_validate(source.tree)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
    key = _written_key(first["loc"])
    context: dict[str, Any] = first.get("ctx", {})
    if first["type"] == "unknown_key":
        key = (*key, context["key"])
    file, key = source.origin(key)
    raise LoadError(": ".join(part for part in (file, _dotted(key), _expected(first["type"], first["msg"], context)) if part))


def _written_key(loc: tuple[str | int, ...]) -> Key:
    """The key as the operator wrote it: without the tags that pydantic puts in for the member of a union, and for a mapping's key."""
    key: list[str | int] = []
    for at, part in enumerate(loc):
        tag = (at == 2 and loc[0] in ("receivers", "exporters")) or (at > 0 and loc[at - 1] == "action" and "rules" in loc)
        if not tag and part != "[key]":
            key.append(part)
    return tuple(key)


_EXPECTED: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "missing": lambda _: "must be given",
    "literal_error": lambda context: f"one of {context['expected']}",
    "union_tag_invalid": lambda context: f"one of {context['expected_tags']}",
    "union_tag_not_found": lambda _: "a name, or a mapping with a type",
    "string_pattern_mismatch": lambda context: f"text of the form {context['pattern']}",
    "model_type": lambda _: "a mapping of keys to values",
    "mapping_type": lambda _: "a mapping of names to settings",
    "tuple_type": lambda _: "a list",
}


def _expected(kind: str, message: str, context: dict[str, Any]) -> str:
    """What is allowed, in the words of the schema."""
    if kind in _EXPECTED:
        return _EXPECTED[kind](context)
    text = message.removeprefix("Value error, ").removeprefix("Input should be ").removeprefix("Input should ")
    return " ".join(text.split())


def _dotted(key: Key) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).removeprefix(".")


def _shown(value: Any, dumped: Any, key: Key, references: Mapping[Key, str], *, secret: bool = False) -> Any:
    """``dumped`` with references put back, and with the leaves of fields that are no part of a model's ``repr`` left out."""
    if key in references:
        return references[key]
    if isinstance(value, Model):
        fields = type(value).model_fields
        return {
            name: _shown(getattr(value, name), item, (*key, name), references, secret=secret or not fields[name].repr)
            for name, item in dumped.items()
        }
    if isinstance(dumped, dict):
        return {name: _shown(value[name], item, (*key, name), references, secret=secret) for name, item in dumped.items()}
    if isinstance(dumped, list):
        return [_shown(value[at], item, (*key, at), references, secret=secret) for at, item in enumerate(dumped)]
    return _NOT_SHOWN if secret else dumped
