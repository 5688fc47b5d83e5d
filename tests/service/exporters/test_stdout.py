"""The ``stdout`` exporter writes lines to standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.exporters.contract import Exporter
from service.exporters.stdout import StdoutExporter
from tests.service.exporters.contract import ExporterContract


class TestContract(ExporterContract):
    @contextmanager
    def working(self, folder: Path) -> Iterator[tuple[Exporter, Callable[[], bytes]]]:
        with (folder / "out").open("w") as out, pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            yield StdoutExporter("stdout"), (folder / "out").read_bytes

    @contextmanager
    def failing(self, folder: Path) -> Iterator[Exporter]:
        with (folder / "out").open("w") as out, pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            out.close()
            yield StdoutExporter("stdout")
