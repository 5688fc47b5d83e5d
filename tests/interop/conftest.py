"""When the interop tests run, and what they find running: they are asked for with ``-m interop``, and skip what the machine can't run.

In a run that does not ask for them, one of them is left to be skipped, so that its line says that they are there, and the rest is not
selected. In a run that does, what needs Go or Node.js is skipped with one line where those are missing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.interop import peers

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "interop" in (config.option.markexpr or ""):
        return
    unasked = sorted((item for item in items if item.path.is_relative_to(HERE) and item.get_closest_marker("interop")), key=lambda item: item.nodeid)
    if not unasked:
        return
    reason = f"{len(unasked)} interop tests (real Collector and SDKs; they need Go and Node.js) run with: pytest -m interop"
    unasked[0].add_marker(pytest.mark.skip(reason=reason))
    config.hook.pytest_deselected(items=unasked[1:])
    left_out = set(unasked[1:])
    items[:] = [item for item in items if item not in left_out]


def _or_skip(make: Callable[[], Path]) -> Path:
    try:
        return make()
    except peers.Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def collector() -> Path:
    """The Collector's program."""
    return _or_skip(peers.collector)


@pytest.fixture(scope="session")
def telemetrygen() -> Path:
    """OpenTelemetry's load generator."""
    return _or_skip(peers.telemetrygen)


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """A folder with the JavaScript SDK and the scripts that use it."""
    return _or_skip(peers.node_modules)
