"""What the demo plants: unique, reproducible, and well-formed where form is what detectors go by."""

from __future__ import annotations

import phonenumbers
import pytest

from load.demo import log_file
from load.demo.planted import FRAGMENT, luhn_digit, plant

SEEDS = (1, 2, 3)


def test_the_same_seed_plants_the_same_and_another_seed_something_else() -> None:
    assert plant(1) == plant(1)
    assert all(one != other for (_, one), (_, other) in zip(plant(1).items(), plant(2).items(), strict=True))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_planted_value_is_a_part_of_another(seed: int) -> None:
    values = [value for _, value in plant(seed).items()]
    assert not [1 for one in values for other in values if one is not other and one in other]


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_carry_right_check_digits(seed: int) -> None:
    planted = plant(seed)
    card = planted.card.replace(" ", "")
    assert luhn_digit(card[:-1]) == card[-1]
    rearranged = planted.iban[4:] + planted.iban[:4]
    assert int("".join(str(int(c, 36)) for c in rearranged)) % 97 == 1
    assert phonenumbers.is_valid_number(phonenumbers.parse(planted.phone))
    assert phonenumbers.is_valid_number(phonenumbers.parse(planted.national_phone, "US"))


def test_what_was_planted_is_not_in_a_repr() -> None:
    planted = plant(1)
    assert not [name for name, value in planted.items() if value in repr(planted)]


def test_every_piece_of_a_value_is_a_fragment() -> None:
    planted = plant(1)
    fragments = [piece for name, piece in planted.fragments() if name == "bearer"]
    assert fragments[0] == planted.bearer[:FRAGMENT].encode()
    assert fragments[-1] == planted.bearer[-FRAGMENT:].encode()
    assert len(fragments) == len(planted.bearer) - FRAGMENT + 1


def test_the_log_file_is_filled_and_says_which_lines_are_clean() -> None:
    planted = plant(1)
    log = log_file.fill(planted)
    assert planted.private_key in log.entries
    assert log.clean[log.entries.index(planted.private_key)] is False
    assert not [entry for entry, clean in zip(log.entries, log.clean, strict=True) if clean and any(v in entry for _, v in planted.items())]
    assert log.json_lines.count(b"\n") == sum(entry.startswith("{") for entry in log.entries)
