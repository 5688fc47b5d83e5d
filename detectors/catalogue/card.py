"""Payment card numbers: issuer range, length and Luhn, bare or in the groups that are printed on cards.

A number is anchored with what stands before it, as runs of digits are the dearest of patterns for Hyperscan (sixteen of them halve its
speed): a delimiter, the text's start, or, in protobuf, the length of the string that begins with it (``at_start``).
"""

from __future__ import annotations

import re
from typing import Final

from detectors.checksums import luhn
from detectors.model import Anchor, Detector, Span

# Issuer identification numbers and the lengths issued (ISO/IEC 7812-1 registry; the networks' own merchant documentation). Of Maestro
# only ranges that no other number series of that length uses.
_ISSUERS: Final = re.compile(
    rb"4\d{15}"  # Visa; its 13 digits are no longer issued, and ids of 19 digits are not told from its 19
    rb"|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"  # Mastercard
    rb"|3[47]\d{13}"  # American Express
    rb"|(?:6011\d\d|64[4-9]\d{3}|65\d{4})\d{10}"  # Discover
    rb"|3(?:0[0-5]|[689]\d)\d{11}"  # Diners Club
    rb"|35(?:2[89]|[3-8]\d)\d{12}"  # JCB
    rb"|62\d{14}(?:\d{1,3})?|81[0-7]\d{13}"  # UnionPay
    rb"|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{12}(?:\d{3})?"  # Maestro
)
_LEADS: Final = "40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 58 22 23 24 25 26 27 60 62 63 64 65 67 34 37 35 30 36 38 81"
_BEFORE: Final = (
    '"',
    "'",
    "=",
    " ",
    ":",
    ">",
    ",",
    r"\(",
    r"\n",
    r"\t",
    "/",
    r"\|",
    r"\[",
    ";",
    r"\+",
    "n",
    "t",
    "r",
    "D",
    "%20",
)
"""The letters are the ends of ``\\n``, ``\\t``, ``\\r`` and ``%3D``."""
_SHAPES: Final = (r"\d\d[\d -]\d\d\d\d[\d -]\d\d\d\d", r"\d\d[\d -]\d\d\d\d\d\d[\d -]\d")
"""What follows a lead: fourteen digits bare or in fours; American Express and Diners print 4-6-5 and 4-6-4."""

_APART: Final = (
    rb"(?:(?<![A-Za-z0-9_])|(?<=\\[nrt])|(?<=\\u[0-9a-fA-F]{4})|(?<=%2[0-9A-F])|(?<=%3[A-F]))(?<![A-Za-z0-9][-.])(?<![+$#])(?<![0-9][:/ ])"
)
_END: Final = rb"(?![A-Za-z0-9_])(?![-.:/][A-Za-z0-9])"
_NUMBER: Final = re.compile(
    _APART
    + rb"(?P<number>\d{4}(?P<gap>[ -])\d{4}(?P=gap)\d{4}(?P=gap)\d{4}(?:(?P=gap)\d{3})?"
    + rb"|3\d{3}(?P<wide>[ -])\d{6}(?P=wide)\d{4,5}|\d{13,19}+)"
    + _END
)
_WIDEST: Final = 24
_GAPS: Final = b" -"


def verify(text: bytes, at: int) -> Span | None:
    """The card number that the anchor's end at ``at`` lies in or just behind."""
    for found in _NUMBER.finditer(text, max(0, at - _WIDEST), at + _WIDEST):
        start, end = found.span("number")
        if not start < at <= end:
            continue
        digits = found["number"].translate(None, _GAPS)
        if _ISSUERS.fullmatch(digits) and luhn(digits) and len(set(digits)) > 1:
            return start, end
    return None


DETECTOR = Detector(
    id="card",
    entity="card",
    kind="financial",
    title="Payment card number",
    anchors=(
        *(Anchor(before + lead + rest) for before in _BEFORE for lead in _LEADS.split() for rest in _SHAPES[: 1 + (lead[0] == "3")]),
        *(Anchor(rf"^[2-68]\d{rest}") for rest in (r"\d{12}", r"\d\d \d\d\d\d", r"\d\d-\d\d\d\d")),
    ),
    at_start=tuple(rf"{digit}{rest}" for digit in "234568" for rest in (r"\d{13}", r"\d\d\d[ -]\d\d\d\d")),
    verify=verify,
    finds=(
        "paid with «4111 1111 1111 1111», thanks",
        "«4111111111111111»",
        "card=«5555555555554444»&cvc=1",
        '{"pan":"«2223003122003222»","amex":"«3782-822463-10005»"}',
        '{"pan":«378282246310005»}',
        "jcb «3530-1113-3330-0000» diners «3056 930902 5904» discover «6011111111111117» unionpay «6200000000000005»",
        "maestro «6759649826438453»",
        "(«4012888888881881»)",
        "first\n«4012888888881881»;«4111111111111111»|[«5555555555554444»]",
    ),
    ignores=(
        "paid with 4111 1111 1111 1112",
        "order 41111111111111110 id 4111111111111111-7 v4.4111111111111111",
        "epoch 1712345678901234 block blk_4111111111111111",
        "550e8400-e29b-4111-8111-111111111111 4111111111111111abcdef",
        "0000000000000000 4444444444444444 4222222222222",
        "12:4111111111111111.5",
    ),
    reference="ISO/IEC 7812-1 (issuer ranges, annex B: Luhn); PCI DSS 4.0, 3.4",
    score=0.9,
    loose=True,
)
