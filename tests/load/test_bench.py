"""The benchmark measures what it says, and judges goals by ratios within a round."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.console import Console

from load import bench
from load.bench import GOALS, Row, Sizes, as_json, goals_of, measure, table_of
from load.corpus import MIB, application_ndjson
from load.plans import default_plan
from load.spans import spans_proto
from load.yardstick import Yardstick

TINY = Sizes(payload=50_000, busy=50_000, plain=20_000, rounds=2, seconds=1.0)


def row(codec: str, share: float, ours: tuple[float, ...], yardstick: tuple[float, ...], plain: tuple[float, ...]) -> Row:
    return Row(codec, share, 1000, 10, 0, 0, ours, yardstick, plain)


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    measured = row("ndjson", 0.0, (100.0, 50.0, 90.0), (1000.0, 500.0, 300.0), (10.0, 10.0, 10.0))
    assert measured.ratio("yardstick") == 0.1
    assert measured.ratio("plain") == 9.0
    assert measured.speed == 90.0
    assert measured.records_per_second == 0.9


def test_goals_are_judged_only_for_what_was_measured() -> None:
    measured = [row("ndjson", 0.05, (100.0,), (1000.0,), (5.0,))]
    judged = {goal.beside: (reached, reached >= goal.at_least) for goal, reached in goals_of(measured)}
    assert judged == {"yardstick": (0.1, True), "plain": (20.0, True)}
    assert {goal.codec for goal in GOALS} == {"ndjson", "otlp_proto traces", "otlp_json traces"}


@pytest.mark.parametrize("generate", [application_ndjson, spans_proto])
def test_a_measured_row_says_how_many_records_were_touched(generate: type) -> None:
    corpus = generate(TINY.payload, share=0.3)
    measured = measure(corpus, 0.3, default_plan(), Yardstick(MIB), TINY)
    assert measured.touched == measured.hits == corpus.hits
    assert len(measured.ours) == len(measured.yardstick) == len(measured.plain) == 2
    assert min(measured.ours) > 0


def test_the_run_prints_a_table_and_writes_its_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bench, "QUICK", TINY)
    monkeypatch.setattr(bench, "Yardstick", lambda: Yardstick(MIB))
    monkeypatch.setattr(bench, "pin_to_one_core", lambda: None)
    assert bench.main(["--quick", "--only", "ndjson", "llm", "--json", str(tmp_path / "figures.json")]) == 0
    printed = capsys.readouterr().out
    assert "ndjson" in printed
    assert "llm bodies" in printed
    figures: Mapping[str, list[Mapping[str, object]]] = json.loads((tmp_path / "figures.json").read_text())
    assert [entry["share"] for entry in figures["rows"]] == [0.0, 0.05, 0.3, 1.0, 1.0]
    assert len(figures["goals"]) == 3


def test_the_table_has_a_line_for_each_row() -> None:
    console = Console(width=140, record=True, quiet=True)
    measured = [row(codec, 0.0, (1e6,), (1e9,), (1e5,)) for codec in ("text", "ndjson")]
    console.print(table_of(measured))
    assert len(as_json(measured)["rows"]) == 2  # type: ignore[arg-type]  # the report is plain JSON data, typed as object
