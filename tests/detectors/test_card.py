from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.catalogue.card import DETECTOR, verify
from detectors.checksums import luhn
from tests.detectors.scanning import check_examples, scan


def _with_check_digit(digits: str) -> str:
    return next(f"{digits}{last}" for last in range(10) if luhn(f"{digits}{last}".encode()))


def test_examples_hold() -> None:
    check_examples(DETECTOR)


@pytest.mark.parametrize(
    ("lead", "length"),
    [
        ("4", 16),
        ("51", 16),
        ("2221", 16),
        ("2720", 16),
        ("34", 15),
        ("37", 15),
        ("6011", 16),
        ("65", 16),
        ("36", 14),
        ("3528", 16),
        ("62", 19),
    ],
)
@pytest.mark.parametrize("before", ["", "=", '"', ": ", "("])
def test_every_network_is_found_bare(lead: str, length: int, before: str) -> None:
    number = _with_check_digit((lead + "0726419385072641938")[: length - 1])
    assert scan(DETECTOR, f"{before}{number}") == [number]


@pytest.mark.parametrize("gap", [" ", "-"])
def test_printed_groups_are_found(gap: str) -> None:
    number = _with_check_digit("402400710123456")
    grouped = gap.join(number[place : place + 4] for place in range(0, 16, 4))
    assert scan(DETECTOR, f"card {grouped}.") == [grouped]


@pytest.mark.parametrize("wrap", ["1{}", "{}1", "a{}", "{}a", "0.{}", "{}.5", "{}-1", "1-{}", "+{}", "#{}", "1:{}"])
def test_part_of_something_larger_is_no_card(wrap: str) -> None:
    assert scan(DETECTOR, wrap.format("4111111111111111")) == []


@given(st.integers(10**15, 10**16 - 1))
def test_what_is_found_satisfies_luhn(number: int) -> None:
    assert bool(scan_once(str(number))) <= luhn(str(number).encode())


def scan_once(text: str) -> list[str]:
    span = verify(text.encode(), len(text))
    return [text[slice(*span)]] if span else []


@given(st.binary(max_size=80))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    for at in range(len(data) + 1):
        verify(data, at)
