"""The peers: what each is, which work it can do, how it is run, and what it leaves out.

A peer's ``bound`` is the most it is given of the bytes that the engine works on: a slow one gets fewer of the same, so that a round takes
seconds. Versions are read from the lock files when a table is made.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from load.corpus import MIB
from load.peers import recipes, toolchains
from load.peers.recipes import Settings
from load.peers.toolchains import Command

LINES = ("ndjson", "gateway")
SPANS = ("otlp",)


@dataclass(frozen=True, slots=True)
class Peer:
    """``redacts``: it makes what would leave, else it only says what it finds; ``leaves_out`` is one sentence for the table."""

    id: str
    name: str
    package: str
    version: Callable[[], str]
    works: tuple[str, ...]
    command: Callable[[], Command]
    settings: Mapping[str, Settings]
    redacts: bool
    bound: int
    leaves_out: str


def _each(works: tuple[str, ...], recipe: Callable[[str], Settings]) -> dict[str, Settings]:
    return {work: recipe(work) for work in works}


_CONTRIB = "github.com/open-telemetry/opentelemetry-collector-contrib/processor/"
_PATTERNS_ALONE = "no structure (prompts by a pattern on JSON text), no validation, escapes not undone"

PEERS = (
    Peer(
        id="vrl",
        name="VRL redact",
        package="vrl",
        version=lambda: toolchains.crate("vrl"),
        works=LINES,
        command=toolchains.rust,
        settings=_each(LINES, recipes.vrl),
        redacts=True,
        bound=64 * MIB,
        leaves_out="prompts only at paths named in the program, no validation; members are sorted and numbers written anew; no protobuf here",
    ),
    Peer(
        id="regex",
        name="Rust regex, RegexSet",
        package="regex",
        version=lambda: toolchains.crate("regex"),
        works=LINES,
        command=toolchains.rust,
        settings=_each(LINES, recipes.rust_regex),
        redacts=True,
        bound=64 * MIB,
        leaves_out=f"a loop of ours, no product: {_PATTERNS_ALONE}",
    ),
    Peer(
        id="redaction",
        name="Collector redaction",
        package="redactionprocessor",
        version=lambda: toolchains.module(_CONTRIB + "redactionprocessor"),
        works=SPANS,
        command=toolchains.go,
        settings=_each(SPANS, recipes.redaction_processor),
        redacts=True,
        bound=8 * MIB,
        leaves_out="status messages, span names, links, arrays, structured values; prompts only under names listed; no validation",
    ),
    Peer(
        id="transform",
        name="Collector transform",
        package="transformprocessor",
        version=lambda: toolchains.module(_CONTRIB + "transformprocessor"),
        works=SPANS,
        command=toolchains.go,
        settings=_each(SPANS, recipes.transform_processor),
        redacts=True,
        bound=8 * MIB,
        leaves_out="whatever no statement names: span names, links, arrays, structured values, unknown prompt names; no validation",
    ),
    Peer(
        id="gitleaks",
        name="gitleaks, this list",
        package="gitleaks",
        version=lambda: toolchains.module("github.com/zricethezav/gitleaks/v8"),
        works=LINES,
        command=toolchains.go,
        settings=_each(LINES, lambda work: recipes.gitleaks(work, own_rules=False)),
        redacts=False,
        bound=4 * MIB,
        leaves_out=f"the redaction; {_PATTERNS_ALONE}",
    ),
    Peer(
        id="gitleaks-all",
        name="gitleaks, with its 222",
        package="gitleaks",
        version=lambda: toolchains.module("github.com/zricethezav/gitleaks/v8"),
        works=LINES,
        command=toolchains.go,
        settings=_each(LINES, lambda work: recipes.gitleaks(work, own_rules=True)),
        redacts=False,
        bound=2 * MIB,
        leaves_out="the redaction; the same as above, with the rules of its release besides",
    ),
    Peer(
        id="re2",
        name="RE2 set",
        package="google-re2",
        version=lambda: toolchains.installed("google-re2"),
        works=LINES,
        command=toolchains.python,
        settings=_each(LINES, lambda work: recipes.python(work, "re2")),
        redacts=False,
        bound=4 * MIB,
        leaves_out="the redaction: it says which patterns are in a line, not where; else as Rust's",
    ),
    Peer(
        id="re",
        name="Python re",
        package="Python",
        version=lambda: platform.python_version(),
        works=LINES,
        command=toolchains.python,
        settings=_each(LINES, lambda work: recipes.python(work, "re")),
        redacts=True,
        bound=1 * MIB,
        leaves_out=f"a loop of ours, no product: {_PATTERNS_ALONE}",
    ),
    Peer(
        id="datafog",
        name="DataFog",
        package="datafog",
        version=lambda: toolchains.requirement("datafog"),
        works=LINES,
        command=toolchains.locked_python,
        settings=_each(LINES, lambda work: recipes.python(work, "datafog")),
        redacts=True,
        bound=1 * MIB // 2,
        leaves_out="secrets and prompts: it has e-mail and phone, and takes no patterns of one's own",
    ),
    Peer(
        id="scrubadub",
        name="scrubadub",
        package="scrubadub",
        version=lambda: toolchains.requirement("scrubadub"),
        works=LINES,
        command=toolchains.locked_python,
        settings=_each(LINES, lambda work: recipes.python(work, "scrubadub")),
        redacts=True,
        bound=1 * MIB // 2,
        leaves_out="no structure, escapes not undone; a prompt's name goes with it; phones are looked for as libphonenumber finds them",
    ),
    Peer(
        id="presidio",
        name="Presidio's analyzer",
        package="presidio-analyzer",
        version=lambda: toolchains.installed("presidio-analyzer"),
        works=LINES,
        command=toolchains.python,
        settings=_each(LINES, lambda work: recipes.python(work, "presidio")),
        redacts=False,
        bound=48 << 10,
        leaves_out="the redaction; no structure, escapes not undone; its model reads every line (no entity of the model's is asked for)",
    ),
)
