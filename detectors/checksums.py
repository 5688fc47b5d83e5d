"""Check digits, over ``bytes``. Each function is pure, never raises on any input and is linear in its length.

``True`` means "the check digits agree", nothing more: one digit run in ten passes Luhn, one IBAN-shaped string in 97 passes mod 97.
"""

from __future__ import annotations

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
"""A digit doubled, then its digits added: Luhn's step for every second digit from the right."""


def is_digits(text: bytes) -> bool:
    """ASCII digits only, at least one (``bytes.isdigit`` is ASCII-only, unlike ``str.isdigit``)."""
    return text.isdigit()


def luhn(digits: bytes) -> bool:
    """ISO/IEC 7812-1, annex B. ``digits`` are ASCII digits without separators; anything else is ``False``."""
    if not digits.isdigit():
        return False
    total = 0
    for place, byte in enumerate(reversed(digits)):
        digit = byte - 48
        total += _DOUBLED[digit] if place & 1 else digit
    return total % 10 == 0


def mod97(text: bytes) -> int:
    """ISO 7064 MOD 97-10 over digits and letters (A = 10 … Z = 35, either case); -1 where something else is in ``text``."""
    if not text.isalnum() or len(text) > 64:
        return -1
    return int("".join(str(int(chr(byte), 36)) for byte in text)) % 97


def iban_mod97(iban: bytes) -> bool:
    """ISO 13616: the four leading characters go to the end and the number leaves 1 when divided by 97. No separators in ``iban``.

    Check digits 00, 01 and 99 can't come out of the calculation (98 minus a remainder), so they are no IBAN's.
    """
    if len(iban) < 5 or iban[2:4] in (b"00", b"01", b"99"):
        return False
    return mod97(iban[4:] + iban[:4]) == 1


def mod11(number: bytes) -> bool:
    """Weights 1, 2, 3 … from the right, modulo 11, an ``X`` at the end counting ten: ISBN-10 (ISO 2108:1992), the NHS number and others."""
    digits = number[:-1]
    if not digits.isdigit() or number[-1:] not in _MOD11_LAST:
        return False
    last = 10 if number[-1:] in b"Xx" else number[-1] - 48
    return (last + sum((byte - 48) * weight for weight, byte in enumerate(reversed(digits), 2))) % 11 == 0


_MOD11_LAST = frozenset(bytes((byte,)) for byte in b"0123456789Xx")


def _times(one: int, other: int) -> int:
    """The product in the dihedral group of the pentagon: 0 to 4 are its rotations, 5 to 9 its reflections."""
    turn = (one + other if one < 5 else one - other) % 5
    return turn + (5 if (one < 5) != (other < 5) else 0)


def _permuted(times: int) -> tuple[int, ...]:
    row = tuple(range(10))
    for _ in range(times):
        row = tuple(_VERHOEFF_STEP[digit] for digit in row)
    return row


_VERHOEFF_STEP = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_VERHOEFF_TIMES = tuple(tuple(_times(one, other) for other in range(10)) for one in range(10))
_VERHOEFF_ROWS = tuple(_permuted(place) for place in range(8))


def verhoeff(digits: bytes) -> bool:
    """J. Verhoeff, Error Detecting Decimal Codes (1969); the check digit of Aadhaar numbers. ASCII digits without separators."""
    if not digits.isdigit():
        return False
    state = 0
    for place, byte in enumerate(reversed(digits)):
        state = _VERHOEFF_TIMES[state][_VERHOEFF_ROWS[place % 8][byte - 48]]
    return state == 0
