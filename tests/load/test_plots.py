"""Pictures are well-formed, show what they were given, and are the same file for the same figures."""

from __future__ import annotations

import argparse
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib import image

from load.plots import Curve, Curves, Dots, Limit, Panel, Series, by_row, draw, file_to_draw

DOTS = Dots(
    "Speed", "MB/s", ("ndjson", "otlp"), (Series("clean", (450.0, 380.0)), Series("hit", (8.0, None))), (Limit("yardstick", 2200.0),), log=True
)
CURVES = Curves("Cost of rules", "patterns", "of none", (Curve("literal", (0, 10, 1000), (1.0, 0.99, 0.8)),), (Limit("goal", 0.8),), log_across=True)


@pytest.mark.parametrize("panels", [(DOTS,), (CURVES,), (DOTS, CURVES)])
def test_an_svg_holds_every_word_of_its_panels(panels: tuple[Panel, ...], tmp_path: Path) -> None:
    draw(tmp_path / "picture.svg", *panels)
    root = ElementTree.parse(tmp_path / "picture.svg").getroot()
    words = {"".join(node.itertext()).strip() for node in root.iter() if node.tag.endswith("text")}
    for panel in panels:
        expected = {panel.title, panel.unit, *(limit.label for limit in panel.limits)}
        expected |= {*panel.rows, *(series.label for series in panel.series)} if isinstance(panel, Dots) else {panel.across}
        assert expected <= words


def test_a_png_is_as_wide_as_a_readme(tmp_path: Path) -> None:
    draw(tmp_path / "picture.png", DOTS, CURVES)
    height, width, _ = image.imread(tmp_path / "picture.png").shape
    assert width == 900
    assert 300 < height < 1000


@pytest.mark.parametrize("ending", [".svg", ".png"])
def test_the_same_figures_give_the_same_file(ending: str, tmp_path: Path) -> None:
    first, second = tmp_path / f"first{ending}", tmp_path / f"second{ending}"
    draw(first, DOTS, CURVES)
    draw(second, DOTS, CURVES)
    assert first.read_bytes() == second.read_bytes()


def test_a_row_without_a_value_has_no_mark() -> None:
    assert by_row(("a", "b", "c"), "some", {"c": 3.0, "a": 1.0}) == Series("some", (1.0, None, 3.0))


def test_other_endings_are_refused_before_anything_is_measured() -> None:
    assert file_to_draw("speed.svg") == Path("speed.svg")
    with pytest.raises(argparse.ArgumentTypeError, match=r"\.svg or \.png, not speed\.jpg"):
        file_to_draw("speed.jpg")
