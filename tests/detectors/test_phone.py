from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.catalogue.phone import DETECTOR, phone_detector
from detectors.phones import is_international, region
from tests.detectors.scanning import check_examples, scan

_FORMATS = phonenumbers.PhoneNumberFormat
_TYPES = (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)


def _samples(name: str) -> list[phonenumbers.PhoneNumber]:
    found = (phonenumbers.example_number_for_type(name, kind) for kind in _TYPES)
    return [number for number in found if number is not None]


def test_examples_hold() -> None:
    check_examples(DETECTOR)


@pytest.mark.parametrize("name", ["AR", "BR", "CN", "ET", "IT", "MX", "NG", "TW", "ZA", "KY"])
def test_every_countrys_international_numbers_are_found_without_configuration(name: str) -> None:
    for number in _samples(name):
        for form in (_FORMATS.E164, _FORMATS.INTERNATIONAL, _FORMATS.RFC3966):
            printed = phonenumbers.format_number(number, form)
            assert scan(DETECTOR, f"reach me on {printed}, please") == [printed]


@pytest.mark.parametrize("name", ["US", "GB", "CA", "FR", "DE", "IT", "ES", "AU", "IN", "JP", "KZ", "RU", "ZA", "NZ", "UA"])
def test_a_configured_regions_numbers_are_found_as_it_prints_them(name: str) -> None:
    detector = phone_detector((name,))
    for number in _samples(name):
        printed = phonenumbers.format_number(number, _FORMATS.NATIONAL)
        assert scan(detector, f"reach me on {printed}, please") == [printed]


@pytest.mark.parametrize(
    "word", ["phone=", '"phone": "', '\\"mobile\\":\\"', "tel: ", "msisdn:", "WhatsApp ", "fax=", "call ", "phoneNumber: ", "<phone>"]
)
def test_bare_digits_count_behind_a_word(word: str) -> None:
    assert scan(DETECTOR, f"{word}2025550143") == ["2025550143"]


@pytest.mark.parametrize("word", ["", "id=", "order ", "epoch=", "hotel=", "recall ", "$", "v", "0x", "0.", "192."])
def test_bare_digits_alone_are_no_number(word: str) -> None:
    assert scan(DETECTOR, f"{word}2025550143") == []


@pytest.mark.parametrize("before", ["\\n", "\\u0022", "%20", "=", "(", "'", ">", "to:"])
def test_an_escape_or_separator_may_stand_before_the_number(before: str) -> None:
    assert scan(DETECTOR, f"{before}+12025550143") == ["+12025550143"]


@pytest.mark.parametrize(
    "text", ["650+253+1234", "YWJj+12025550143abc", "+12025550143abc", "2024-05-01T10:00:00+10:00", "10.202.555.0143", "10:202-555-0143"]
)
def test_what_is_glued_to_a_number_makes_it_something_else(text: str) -> None:
    assert scan(DETECTOR, text) == []


def test_a_number_ends_before_the_next_one() -> None:
    assert scan(DETECTOR, "+44 20 7946 0958 +1 202-555-0143 30 s") == ["+44 20 7946 0958", "+1 202-555-0143"]


def test_an_unknown_region_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'XX'"):
        phone_detector(("XX",))


def test_validity_is_libphonenumbers() -> None:
    assert is_international(b"442079460958")
    assert not is_international(b"440000000000")
    assert region("GB").has(b"02079460958")
    assert not region("GB").has(b"0207946095")


@given(st.text(st.sampled_from("0123456789+-. ()/~%２＋\\nxphone=:é"), max_size=90))
def test_any_mixture_of_digits_and_signs_is_bounded_and_inside_the_text(text: str) -> None:
    data = text.encode()
    for at in range(len(data) + 1):
        span = DETECTOR.verify(data, at)
        assert span is None or 0 <= span[0] < span[1] <= len(data)


@given(st.binary(max_size=120))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    for at in range(len(data) + 1):
        DETECTOR.verify(data, at)
