"""When the interop tests run, and what they find running: they are asked for with ``-m interop``, and skip what the machine can't run.

Of those that don't run, one is left to be skipped for each reason, so that a line says why and how many, and the rest is not selected.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from tests.interop import peers

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    idle: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker("interop"):
            idle[_why_not(config, item)].append(item)
    idle.pop("", None)
    left_out: list[pytest.Item] = []
    for reason, unrun in idle.items():
        first, *rest = sorted(unrun, key=lambda item: item.nodeid)
        first.add_marker(pytest.mark.skip(reason=f"{len(unrun)} interop tests {reason}"))
        left_out += rest
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]


def _why_not(config: pytest.Config, item: pytest.Item) -> str:
    """What keeps a test from running, or nothing."""
    if "interop" not in (config.option.markexpr or ""):
        return "with real Collectors and SDKs run when asked for: pytest -m interop"
    if shutil.which("go") is None:
        return "need Go, which is not installed"
    if "node_modules" in getattr(item, "fixturenames", ()) and not (shutil.which("node") and shutil.which("npm")):
        return "need Node.js with npm, which are not installed"
    if "cargo" in getattr(item, "fixturenames", ()) and shutil.which("cargo") is None:
        return "need Rust, which is not installed"
    return ""


@pytest.fixture(scope="session")
def collector() -> Path:
    """The Collector's program."""
    return peers.collector()


@pytest.fixture(scope="session")
def telemetrygen() -> Path:
    """OpenTelemetry's load generator."""
    return peers.telemetrygen()


@pytest.fixture(scope="session")
def cargo() -> str:
    """The command that builds programs of Rust."""
    return shutil.which("cargo") or "cargo"


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """A folder with the JavaScript SDK and the scripts that use it."""
    return peers.node_modules()
