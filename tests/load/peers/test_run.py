"""A run compares within rounds, judges what goals are set for, and leaves out with a reason what it can't run."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from load.peers import __main__ as command
from load.peers import measure, tables, toolchains
from load.peers.harness import Harness, PeerError
from load.peers.measure import OURS, Row, Run, Sizes
from load.peers.planted import Caught
from load.peers.roster import PEERS

TINY = Sizes(payload=40_000, busy=40_000, check=40_000, rounds=2)
BY_ID = {peer.id: peer for peer in PEERS}
NOTHING = Caught(Counter(), Counter())


@pytest.fixture(autouse=True)
def any_core() -> Iterator[None]:
    """The run keeps to one core; the tests after it need not."""
    if sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    yield
    os.sched_setaffinity(0, before)


def row(share: float, theirs: tuple[float, ...], ours: tuple[float, ...], same: tuple[float, ...]) -> Row:
    return Row("ndjson", share, BY_ID["re"], theirs, ours, same, NOTHING, 320.0)


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    measured = row(0.05, (10.0, 5.0, 30.0), (10.0, 10.0, 10.0), (20.0, 50.0, 30.0))
    assert measured.ratio() == 2.0
    assert measured.ratio(OURS) == 1.0


@pytest.mark.parametrize(("share", "same", "met"), [(0.05, 100.0, True), (0.05, 99.0, False), (1.0, 50.0, True), (1.0, 49.0, False)])
def test_goals_are_judged_on_the_same_detection(share: float, same: float, met: bool) -> None:
    (verdict,) = tables.verdicts(Run([row(share, (10.0,), (1.0,), (same,))]))
    assert verdict.met is met


def test_clean_traffic_has_no_goal() -> None:
    assert list(tables.verdicts(Run([row(0.0, (1.0,), (1.0,), (1.0,))]))) == []


def test_a_run_prints_its_tables_and_writes_its_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(command, "QUICK", TINY)
    assert command.main(["--quick", "--only", "re", "re2", "--work", "ndjson", "--json", str(tmp_path / "figures")]) == 0
    assert "What they leave out" in capsys.readouterr().out
    figures = json.loads((tmp_path / "figures").read_text())
    assert [(each["peer"], each["share"]) for each in figures["rows"]] == [(p, s) for s in measure.SHARES for p in ("re2", "re")]
    assert {each["caught"] for each in figures["rows"]} == {1.0}
    assert len(figures["goals"]) == 4
    assert figures["missing"] == {}


def test_a_peer_whose_toolchain_is_missing_is_left_out_with_the_reason(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def without_rust() -> toolchains.Command:
        raise PeerError("Rust is not installed")

    monkeypatch.setattr(command, "PEERS", [replace(BY_ID["vrl"], command=without_rust)])
    assert command.main(["--quick", "--only", "vrl", "--work", "otlp", "ndjson"]) == 0
    assert "left out: vrl: Rust is not installed" in capsys.readouterr().out


def test_a_toolchain_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    toolchains._made.cache_clear()
    for make, name in ((toolchains.rust, "Rust"), (toolchains.go, "Go")):
        with pytest.raises(PeerError, match=f"{name} is not installed"):
            make()


def test_a_harness_that_ends_says_why(tmp_path: Path) -> None:
    command_line = (sys.executable, "-c", "raise SystemExit('error: no such engine')")
    with Harness("it", command_line, {}, tmp_path, os.environ) as harness, pytest.raises(PeerError, match="exit code 1: error: no such engine"):
        harness.round()
