"""Tests that inject faults for real take minutes: they run when asked for with ``-m chaos``, and a line says so where they don't."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "chaos" in (config.option.markexpr or ""):
        return
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker("chaos"):
            item.add_marker(pytest.mark.skip(reason="faults are injected for real when asked for: pytest -m chaos"))
