"""The load on stored logs: what is planted is found in a real run, and what is left or lost is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from load import archives


def test_a_tree_is_scrubbed_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(archives, "_RECORDS", 200)
    assert archives.main(["--size", "1", "--workers", "1", "--dir", str(tmp_path)]) == 0
    assert "planted values left: 0; files and members that differ otherwise: 0" in capsys.readouterr().out


def test_what_is_left_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def copied(source: Path, out: Path, workers: int) -> archives.Measured:
        shutil.copytree(source, out)
        return archives.Measured(1.0, 0)

    monkeypatch.setattr(archives, "_RECORDS", 100)
    monkeypatch.setattr(archives, "scrubbed", copied)
    assert archives.tree(tmp_path, 1, 1) == 1
    assert "planted values left: 0" not in capsys.readouterr().out
