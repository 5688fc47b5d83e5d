from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detectors.checksums import iban_mod97, is_digits, luhn, mod97


def test_luhn_accepts_what_networks_publish_as_test_numbers() -> None:
    assert luhn(b"4111111111111111")
    assert luhn(b"378282246310005")
    assert not luhn(b"4111111111111112")


def test_luhn_refuses_anything_but_digits() -> None:
    assert not luhn(b"")
    assert not luhn(b"4111-1111")
    assert not luhn("４１１１".encode())


@given(st.text("0123456789", min_size=1, max_size=30))
def test_exactly_one_last_digit_satisfies_luhn(digits: str) -> None:
    assert sum(luhn(f"{digits}{last}".encode()) for last in range(10)) == 1


def test_iban_check_digits_are_those_of_the_registry_examples() -> None:
    assert iban_mod97(b"GB82WEST12345698765432")
    assert iban_mod97(b"gb82west12345698765432")
    assert not iban_mod97(b"GB82WEST12345698765423")
    assert not iban_mod97(b"GB")


@given(st.binary(max_size=80))
def test_no_bytes_make_a_checksum_raise(data: bytes) -> None:
    luhn(data)
    iban_mod97(data)
    is_digits(data)
    assert -1 <= mod97(data) < 97
