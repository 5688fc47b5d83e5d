"""A soak says how the service's memory grows, from what it measures itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from load.drivers.__main__ import main
from load.drivers.soak import Sample, growth

MIB = 1 << 20


def test_growth_is_told_per_hour_and_leaves_the_first_quarter_out() -> None:
    filling = [Sample(float(second), second * 50 * MIB, 1, 1) for second in range(100)]
    after = [Sample(float(second), 5000 * MIB + (second - 100) * MIB // 60, 1, 1) for second in range(100, 401)]
    assert growth([*filling, *after]) == pytest.approx(60 * MIB, rel=0.01)


@pytest.mark.interop
def test_a_short_soak_measures_memory_files_and_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures, picture = tmp_path / "soak.json", tmp_path / "soak.svg"
    arguments = ["soak", "--minutes", "0.2", "--rate", "20", "--pool-mib", "4", "--json", str(figures), "--plot", str(picture)]
    assert main(arguments) == 0
    told = json.loads(figures.read_bytes())
    assert len(told["samples"]) == 21
    assert all(each["resident"] > 30 * MIB and each["files"] > 3 for each in told["samples"])
    assert sum(run["driven"]["acknowledged"] for run in told["runs"]) > 150
    assert picture.read_bytes().startswith(b"<?xml")
    assert "MiB an hour" in capsys.readouterr().out
