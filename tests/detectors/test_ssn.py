from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.catalogue.ssn import DETECTOR, verify
from tests.detectors.scanning import check_examples, scan


def test_examples_hold() -> None:
    check_examples(DETECTOR)


@pytest.mark.parametrize("number", ["078-05-1120", "219 09 9999", "899-99-9999"])
def test_groups_are_found_and_so_are_the_advertised_numbers(number: str) -> None:
    assert scan(DETECTOR, f"on file: {number}.") == [number]


@pytest.mark.parametrize("word", ["ssn=", "SSN: ", '"ssn":"', "ssn ", "social security number is ", "tax_id=", '\\"ssn\\":\\"'])
def test_nine_bare_digits_need_a_word(word: str) -> None:
    assert scan(DETECTOR, f"{word}457555462") == ["457555462"]
    assert scan(DETECTOR, "457555462") == []


@pytest.mark.parametrize("number", ["000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000", "123-45 6789"])
def test_what_is_never_issued_is_no_number(number: str) -> None:
    assert scan(DETECTOR, number) == []


@given(st.binary(max_size=80))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    for at in range(len(data) + 1):
        verify(data, at)
