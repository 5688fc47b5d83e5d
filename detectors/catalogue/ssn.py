"""US social security numbers: in their groups 3-2-4, or nine bare digits behind a word that says so."""

from __future__ import annotations

import re
from typing import Final

from detectors.model import Anchor, Detector, Span

# 20 CFR 422.103 and SSA's "Social Security Number Randomization": no area 000, 666 or 9xx, no group 00, no serial 0000.
_RULES: Final = rb"(?!000|666|9)\d{3}(?P<gap>%s)(?!00)\d\d(?P=gap)(?!0000)\d{4}"
_GROUPED: Final = re.compile(
    rb"(?:(?<![A-Za-z0-9_])|(?<=\\[nrt])|(?<=\\u[0-9a-fA-F]{4})|(?<=%2[0-9A-F])|(?<=%3[A-F]))(?<![A-Za-z0-9][-.:/#])(?<![+$#-])(?<![0-9] )"
    rb"(?P<number>" + _RULES % b"[ -]" + rb")(?![A-Za-z0-9_])(?![-.:/][A-Za-z0-9])(?! [0-9])"
)
_WORD: Final = re.compile(
    rb"(?<![A-Za-z])(?i:ssn|socialsecurity|social[_ -]?security(?:[_ -]?(?:number|no|num|id))?|tax[_ -]?(?:payer[_ -]?)?id|tin|itin)"
    rb"(?:[ _-]?(?i:number|no|num))?(?: is| was)?[\\\"'>]{0,6}[#:=]{0,2} ?[\\\"'(]{0,6}(?P<number>"
    + _RULES % b"[ -]?"
    + rb")(?![A-Za-z0-9_])(?![-.:/][A-Za-z0-9])"
)
_BACK: Final = 48


def verify(text: bytes, at: int) -> Span | None:
    """The number that ends near ``at``, or begins behind the word that ends there."""
    for pattern in (_GROUPED, _WORD):
        for found in pattern.finditer(text, max(0, at - _BACK), at + _BACK):
            if found.start() < at <= found.end():
                return found.span("number")
    return None


# Hyperscan spells out a digit at a pattern's end as ten literals: only words that other words end in have one.
_WORDS: Final = (
    *("security_number", "security number", "securitynumber", "tax_id", "tax id", "taxid"),
    *("ssn=", "ssn:", 'ssn"', "ssn>", "ssn\\\\", r"ssn\d", r"ssn \d", r"ssn is \d"),
    *("tin=", "tin:", 'tin":', "tin>", r"tin\\\":", r"tin\d", r"tin \d"),
)

DETECTOR = Detector(
    id="ssn",
    entity="ssn",
    kind="government",
    title="US social security number",
    anchors=(
        *(Anchor(rf"-{group:02d}-\d\d\d\d") for group in range(1, 100)),
        *(Anchor(rf" {group:02d} \d\d\d\d") for group in range(1, 100)),
        *(Anchor(word, caseless=True) for word in _WORDS),
    ),
    verify=verify,
    finds=(
        "ssn «219-09-9999» on file",
        "applicant «457 55 5462», born 1980",
        "ssn=«457555462»",
        '{"social_security_number": "«457555462»"}',
        "his SSN is «457555462».",
        r"escaped\n«457-55-5462»",
    ),
    ignores=(
        "000-12-3456 666-12-3456 912-12-3456 457-00-5462 457-55-0000",
        "part 1457-55-5462 or 457-55-54621 or 457-55-5462-1",
        "457555462",
        "2024-05-0123 id a-457-55-5462",
        "seq 10 457 55 5462 9",
        "assn=457555462",
    ),
    reference="20 CFR 422.103; SSA, Social Security Number Randomization (2011)",
    score=0.9,
    loose=True,
)
