"""What all tests share: how hypothesis looks for counterexamples, the databases that were compiled before, and which tests run when asked for."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
"""By default the same examples every time, so that a red run means a change, and everybody sees the same. Looking for new ones is a
choice: ``HYPOTHESIS_PROFILE=explore``."""

os.environ["SCRUBJAY_CACHE_DIR"] = f"{tempfile.gettempdir()}/scrubjay-tests-{getattr(os, 'geteuid', int)()}"
os.environ["SCRUBJAY_CACHE_PATTERNS"] = "1"
"""A plan takes seconds to compile: test processes, of this run and of later ones, share what one of them has compiled. It is keyed by what
goes into it, so a change of the catalogue is a new file."""

INTEROP = Path(__file__).parent / "interop"
"""It has reasons of its own."""

_ASKED_FOR = {
    "chaos": "faults are injected for real when asked for: pytest -m chaos",
    "interop": "real services and clients run when asked for: pytest -m interop",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen = config.option.markexpr or ""
    for item in items:
        if item.path.is_relative_to(INTEROP):
            continue
        marker = next((name for name in _ASKED_FOR if item.get_closest_marker(name)), None)
        if marker is not None and marker not in chosen:
            item.add_marker(pytest.mark.skip(reason=_ASKED_FOR[marker]))
