"""Tests that load real services or inject faults for real take long: they run when asked for, and a line says so where they don't."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
_ASKED_FOR = {
    "chaos": "faults are injected for real when asked for: pytest -m chaos",
    "interop": "real services are loaded when asked for: pytest -m interop",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen = config.option.markexpr or ""
    for item in items:
        if not item.path.is_relative_to(HERE):
            continue
        marker = next((name for name in _ASKED_FOR if item.get_closest_marker(name)), None)
        if marker is not None and marker not in chosen:
            item.add_marker(pytest.mark.skip(reason=_ASKED_FOR[marker]))
