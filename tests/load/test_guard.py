"""The guard of speed compares ratios with floors, and looks twice before it complains."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from load.bench_rows import Row, Sizes
from load.guard import FLOORS, GUARDED, SHARES, below, key, main


def _row(codec: str, share: float, ours: float) -> Row:
    return Row(codec, share, 1, 1, 0, 0, (ours, ours, ours), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0))


class _Rounds:
    """Measurements that come out as they are told to, in order."""

    def __init__(self, *rounds: list[Row]) -> None:
        self.rounds = list(rounds)
        self.asked: list[tuple[Sequence[str], Sequence[float]]] = []

    def __call__(self, sizes: Sizes, only: Sequence[str], shares: Sequence[float]) -> Sequence[Row]:
        self.asked.append((only, shares))
        return self.rounds.pop(0)


def test_what_is_above_its_floor_is_measured_once() -> None:
    measure = _Rounds([_row("ndjson", 0.0, 0.3), _row("text", 0.05, 0.1)])
    assert below({key("ndjson", 0.0): 0.2, key("text", 0.05): 0.1}, measure) == []
    assert len(measure.asked) == 1


def test_what_is_below_its_floor_once_and_above_it_then_is_not_slower() -> None:
    measure = _Rounds([_row("ndjson", 0.0, 0.1)], [_row("ndjson", 0.0, 0.3)])
    assert below({key("ndjson", 0.0): 0.2}, measure) == []
    assert measure.asked[1] == (("ndjson",), (0.0,))


def test_what_stays_below_its_floor_is_named_with_what_it_reached() -> None:
    measure = _Rounds([_row("text", 0.05, 0.1)], [_row("text", 0.05, 0.12), _row("text logfmt", 0.05, 0.9)])
    assert below({key("text", 0.05): 0.2}, measure) == ["text at 5 %: 0.1200 of the yardstick, and the floor is 0.2000"]


def test_every_guarded_codec_has_a_floor() -> None:
    floors = json.loads(FLOORS.read_bytes())
    assert set(floors) == {key(codec, share) for codec in GUARDED for share in SHARES}
    assert all(0 < floor < 1 for floor in floors.values())


@pytest.mark.parametrize(("content", "told"), [(None, "no such file"), ("{}", "no floor for 'ndjson at 0 %'")])
def test_floors_that_are_not_there_are_named_with_the_remedy(
    content: str | None, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("load.guard.pin_to_one_core", lambda: None)
    monkeypatch.setattr("load.guard.below", lambda floors: below(floors, _Rounds([_row("ndjson", 0.0, 1.0)])))
    file = tmp_path / "floors.json"
    if content is not None:
        file.write_text(content)
    assert main(["--floors", str(file)]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "--renew" in said
