"""The benchmark measures what it says, and judges goals by ratios within a round."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from rich.console import Console

from load import bench
from load.bench_goals import GOALS, as_json, goals_of, table_of
from load.bench_rows import NO_DIGITS, WORKS, Row, Sizes, Work, changed_records, measure, rows
from load.corpus import KINDS, MIB, Corpus
from load.plans import DIGIT_DETECTORS, default_plan, plan_without
from load.yardstick import Yardstick

TINY = Sizes(payload=50_000, busy=50_000, plain=20_000, rounds=2, seconds=1.0)
BY_NAME = {work.name: work for work in WORKS}


def row(codec: str, share: float, ours: tuple[float, ...], yardstick: tuple[float, ...], plain: tuple[float, ...]) -> Row:
    return Row(codec, share, 1000, 10, 0, 0, ours, yardstick, plain)


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    measured = row("ndjson", 0.0, (100.0, 50.0, 90.0), (1000.0, 500.0, 300.0), (10.0, 10.0, 10.0))
    assert measured.ratio("yardstick") == 0.1
    assert measured.ratio("plain") == 9.0
    assert measured.speed == 90.0
    assert measured.records_per_second == 0.9


def test_goals_are_judged_only_for_what_was_measured() -> None:
    measured = [row("ndjson", 0.05, (100.0,), (500.0,), (5.0,))]
    judged = {goal.beside: (reached, reached >= goal.at_least) for goal, reached in goals_of(measured)}
    assert judged == {"yardstick": (0.2, True), "plain": (20.0, False)}


def test_every_goal_is_one_that_a_whole_run_judges() -> None:
    run = {(work.name, share, work.policy) for work in WORKS for share in work.shares}
    assert {(goal.codec, goal.share, goal.policy) for goal in GOALS} <= run


@pytest.mark.parametrize("name", ["ndjson", "json", "otlp_proto traces", "otlp_json genai"])
def test_as_many_records_change_as_were_made_sensitive(name: str) -> None:
    measured = measure(BY_NAME[name], 0.3, default_plan(), Yardstick(MIB), TINY)
    assert measured.touched == measured.hits > 0
    assert len(measured.ours) == len(measured.yardstick) == len(measured.plain) == 2
    assert min(measured.ours) > 0


def test_what_is_not_changed_is_not_counted_as_changed() -> None:
    corpus = KINDS["genai-json"](50_000, share=1.0)
    assert changed_records(corpus, plan_without("prompt_field")) == 0


def test_every_round_of_every_row_has_values_that_no_other_had() -> None:
    made: list[tuple[str, int]] = []

    def recorded(work: Work) -> Work:
        def generate(size: int, *, share: float, seed: int) -> Corpus:
            made.append((work.name + work.policy, seed))
            return KINDS["ndjson"](2_000, share=share, seed=seed)

        return Work(work.name, generate, work.policy, work.shares)

    few = [recorded(WORKS[0]), recorded(WORKS[-3])]
    assert few[0].policy != few[1].policy == NO_DIGITS
    yardstick = Yardstick(100_000)
    list(rows(TINY, yardstick=yardstick, works=few, plan=lambda _policy: default_plan()))
    seeds = [seed for _, seed in made]
    assert len(seeds) == 6 * 3
    assert len(set(seeds)) == len(seeds)


def test_a_kind_is_called_by_its_name_or_by_the_word_it_begins_with() -> None:
    def called(*words: str) -> list[str]:
        return [work.name for work in WORKS if work.is_called(words)]

    assert set(called("otlp_proto")) == {"otlp_proto traces", "otlp_proto genai", "otlp_proto logs"}
    assert called("text nginx errors") == ["text nginx errors"]
    assert called("json") == ["json"]
    assert called("otlp") == []


def test_the_detectors_that_a_row_leaves_out_are_those_of_digits() -> None:
    assert {detector.id for detector in default_plan().detectors} - {detector.id for detector in plan_without(*DIGIT_DETECTORS).detectors} == {
        "card",
        "iban",
        "ssn",
    }


def test_the_run_prints_a_table_writes_its_figures_and_draws_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "QUICK", TINY)
    monkeypatch.setattr(bench, "pin_to_one_core", lambda: None)
    files = ["--json", str(tmp_path / "figures.json"), "--plot", str(tmp_path / "figures.svg")]
    assert bench.main(["--quick", "--only", "json", "llm", "--share", "5", "100", *files]) == 0
    printed = capsys.readouterr().out
    assert "json" in printed
    assert "llm bodies" in printed
    figures: Mapping[str, Sequence[Mapping[str, object]]] = json.loads((tmp_path / "figures.json").read_text())
    assert [(entry["codec"], entry["share"]) for entry in figures["rows"]] == [
        ("json", 0.05),
        ("json", 1.0),
        ("llm bodies", 0.05),
        ("llm bodies", 1.0),
    ]
    assert len(figures["goals"]) == 1
    assert "llm bodies" in (tmp_path / "figures.svg").read_text()


def test_the_table_has_a_line_for_each_row() -> None:
    console = Console(width=140, record=True, quiet=True)
    measured = [row(codec, 0.0, (1e6,), (1e9,), (1e5,)) for codec in ("text", "ndjson")]
    console.print(table_of(measured))
    assert len(as_json(measured)["rows"]) == 2  # type: ignore[arg-type]  # the report is plain JSON data, typed as object
