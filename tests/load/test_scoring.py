"""A labelled part counts as gone only when it has left the bytes."""

from __future__ import annotations

import json

import pytest

from load.prompts import prose_in
from load.scoring import Case, Sent, Tally, views

TEXT = "call +44 20 7946 0958 or write to jo@example.org today"
START, END = TEXT.index("+44"), TEXT.index(" or")


def sent(came_back: str) -> Sent:
    return Sent(TEXT, came_back, frozenset())


@pytest.mark.parametrize(
    ("came_back", "survives"),
    [
        (TEXT, True),
        (TEXT.replace("+44 20 7946 0958", "[REDACTED:phone]"), False),
        (TEXT.replace("44 20 7946 0958", "[REDACTED:phone]"), False),
        (TEXT.replace("7946 0958", "[REDACTED:phone]"), True),
        (TEXT.replace("+44 20 7946", "[REDACTED:phone]"), True),
        (TEXT.replace("jo@example.org", "[REDACTED:email]"), True),
        (TEXT.replace("+44 20 7946 0958", "[REDACTED:phone]").replace("jo@example.org", "[REDACTED:email]"), False),
        ("something else altogether", False),
    ],
)
def test_a_span_survives_when_more_than_its_edges_are_left(came_back: str, survives: bool) -> None:
    assert sent(came_back).survives(START, END) is survives


def test_markers_of_urls_and_labels_are_markers_too() -> None:
    url = "https://jo:pass@example.org/"
    came_back = "https://jo:REDACTED-password@example.org/"
    assert Sent(url, came_back, frozenset()).covered == [(11, 15)]


def test_a_macro_average_weighs_types_alike() -> None:
    tally = Tally(macro=True)
    for right, type_ in ((True, "a"), (True, "a"), (True, "a"), (False, "b")):
        tally.add(right, 0, type_)
    assert tally.share == 0.5
    assert tally.count == 4


def test_what_could_not_be_examined_is_noted_beside_the_share() -> None:
    tally = Tally()
    tally.add(True, 0, "a")
    tally.unprocessable += 1
    assert tally.recall("f", "n", "text", 0.9, "why").note == "why, unprocessable: 1"


@pytest.mark.parametrize(("share", "direction", "met"), [(0.98, "at least", True), (0.97, "at least", False), (0.97, "at most", True)])
def test_a_bar_is_met_from_the_side_it_bounds(share: float, direction: str, met: bool) -> None:
    case = Case("f", "n", "text", "recall", 10, share, 0.98, "at least" if direction == "at least" else "at most")
    assert case.met is met


def test_a_case_without_rows_or_bar_is_neither_met_nor_missed() -> None:
    assert Case("f", "n", "text", "recall", 0, 0.0, 0.98).met is None
    assert Case("f", "n", "text", "recall", 5, 0.0).met is None


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_a_string_is_read_through_every_level_of_escapes(depth: int) -> None:
    spoken = 'Zoë said "no"\nand left 🌧'
    written = spoken
    for _ in range(depth):
        written = json.dumps({"body": written})
    assert any(spoken in view for view in views(written))


def test_prose_is_what_is_said_and_not_its_wrapping() -> None:
    value = json.dumps({"model": "some model name", "messages": [{"role": "user", "content": "how tall is it"}, {"text": "toweringly"}]})
    assert list(prose_in(value, "input.value")) == ["how tall is it", "toweringly"]
    assert list(prose_in("short", "input.value")) == []
    assert list(prose_in("a plain question", "input.value")) == ["a plain question"]
