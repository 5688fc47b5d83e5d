"""Percentiles are those of all requests together, to three digits and never too low."""

from __future__ import annotations

import random
from pathlib import Path
from xml.etree import ElementTree

import pytest

from load.drivers.curves import plot_percentiles
from load.drivers.percentiles import Recorder, merged


def recorder(*seconds: float) -> Recorder:
    made = Recorder()
    for each in seconds:
        made.add(each)
    return made


@pytest.mark.parametrize(("percentile", "seconds"), [(50, 0.5), (90, 0.9), (99, 0.99), (99.9, 0.999), (100, 1.0)])
def test_of_a_thousand_different_times_a_percentile_is_the_one_at_its_rank(percentile: float, seconds: float) -> None:
    assert recorder(*(number / 1000 for number in range(1, 1001))).at(percentile) == pytest.approx(seconds, rel=1e-3)


def test_a_percentile_is_never_below_the_true_one_and_at_most_a_thousandth_above() -> None:
    times = sorted(random.Random(3).lognormvariate(-6, 2) for _ in range(5000))
    made = recorder(*times)
    for percentile in (1, 25, 50, 75, 90, 99, 99.9):
        true = times[max(round(percentile / 100 * len(times)) - 1, 0)]
        assert true - 1e-6 <= made.at(percentile) <= true * 1.001 + 2e-6


def test_of_several_runs_it_is_the_percentile_of_all_requests_and_no_mean_of_percentiles() -> None:
    fast, slow = recorder(*[0.001] * 990), recorder(*[1.0] * 10)
    assert merged([fast.encoded(), slow.encoded()]).at(99) == pytest.approx(0.001, rel=2e-3)
    assert merged([fast.encoded(), slow.encoded()]).at(99.5) == pytest.approx(1.0, rel=2e-3)
    assert merged([fast.encoded(), slow.encoded()]).spread().count == 1000


@pytest.mark.parametrize(("given", "counted"), [(0.0, 1e-6), (-1.0, 1e-6), (5000.0, 600.0)])
def test_times_beyond_what_is_told_apart_count_at_the_nearer_end(given: float, counted: float) -> None:
    assert recorder(given).at(100) == pytest.approx(counted, rel=2e-3)


def test_nothing_at_all_has_no_percentiles() -> None:
    assert Recorder().spread().count == 0
    assert Recorder().spread().longest == 0.0
    assert Recorder().curve() == []


def test_a_curve_rises_to_the_longest_time() -> None:
    curve = recorder(*(number / 1000 for number in range(1, 1001))).curve()
    assert curve == sorted(curve)
    assert curve[-1][0] == 100.0
    assert curve[-1][1] == pytest.approx(1.0, rel=2e-3)


def test_percentiles_are_drawn_nine_by_nine(tmp_path: Path) -> None:
    curve = recorder(*(number / 1e5 for number in range(1, 10_001))).curve()
    plot_percentiles({"ours": curve, "theirs": curve}, "At equal load", tmp_path / "p.svg")
    words = {"".join(node.itertext()).strip() for node in ElementTree.parse(tmp_path / "p.svg").getroot().iter() if node.tag.endswith("text")}
    assert words >= {"At equal load", "ours", "theirs", "share of requests", "ms since the request was due", "0 %", "90 %", "99 %", "99.9 %"}
