from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.catalogue.iban import DETECTOR, verify
from detectors.checksums import mod97
from tests.detectors.scanning import check_examples, scan


def _iban(country: str, account: str) -> str:
    return f"{country}{98 - mod97((account + country + '00').encode()):02d}{account}"


def test_examples_hold() -> None:
    check_examples(DETECTOR)


@pytest.mark.parametrize(("country", "length"), [("NO", 15), ("BE", 16), ("DE", 22), ("FR", 27), ("MT", 31), ("RU", 33)])
@pytest.mark.parametrize("gap", ["", " "])
def test_each_countrys_length_is_found_bare_and_in_groups(country: str, length: int, gap: str) -> None:
    bare = _iban(country, "37040044053201300037040044053"[: length - 4])
    number = gap.join(bare[place : place + 4] for place in range(0, length, 4))
    assert scan(DETECTOR, f"to {number}, today") == [number]


def test_another_length_or_check_digit_is_no_iban() -> None:
    number = _iban("DE", "370400440532013000")
    assert scan(DETECTOR, number[:-1]) == []
    assert scan(DETECTOR, number + "1") == []
    assert scan(DETECTOR, number[:-1] + ("1" if number[-1] == "0" else "0")) == []


@given(st.binary(max_size=80))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    for at in range(len(data) + 1):
        verify(data, at)
