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
