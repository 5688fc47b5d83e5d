"""IBANs: bare or in printed groups of four, by country, length and check digits."""

from __future__ import annotations

import re
from typing import Final

from detectors.checksums import iban_mod97
from detectors.model import Anchor, Detector, Span

# SWIFT's IBAN registry (ISO 13616-1): length of the whole number by country.
_LENGTHS: Final = {
    **{"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28, "CH": 21},
    **{"CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18},
    **{"FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23},
    **{"IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27},
    **{"MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28},
    **{"PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27},
    **{"SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30},
}
_LONGEST: Final = 33
_GLUED: Final = re.compile(rb"(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=\\u[0-9a-fA-F]{4})|(?<=%[0-9A-F]{2})|(?<=[a-z])")


def verify(text: bytes, at: int) -> Span | None:
    """The IBAN whose country and check digits end at ``at``."""
    start = at - 4
    length = _LENGTHS.get(text[start : start + 2].decode("latin-1"), 0) if start >= 0 else 0
    if not length or not _GLUED.match(text, start):
        return None
    end = start
    kept = bytearray()
    separator = text[at : at + 1] if text[at : at + 1] in (b" ", b"-") else b""
    while len(kept) < length and end < start + _LONGEST + 9:
        char = text[end : end + 1]
        if separator and len(kept) % 4 == 0 and kept and char == separator:
            end += 1
            char = text[end : end + 1]
        if not char.isalnum():
            return None
        kept += char
        end += 1
    if len(kept) < length or text[end : end + 1].isalnum() or not iban_mod97(bytes(kept)):
        return None
    return start, end


DETECTOR = Detector(
    id="iban",
    entity="iban",
    kind="financial",
    title="International bank account number",
    anchors=tuple(Anchor(rf"{country}\d\d") for country in sorted(_LENGTHS)),
    verify=verify,
    finds=(
        "pay to «GB82 WEST 1234 5698 7654 32» today",
        '{"iban":"«DE89370400440532013000»"}',
        "iban=«FR1420041010050500013M02606»,bic=X",
        "«NL91-ABNA-0417-1643-00».",
        "«NO9386011117947»/«MT84MALT011000012345MTLCAST001S»",
    ),
    ignores=(
        "GB82 WEST 1234 5698 7654 33",
        "DE89370400440532013001 and DE8937040044053201300",
        "trace=XDE89370400440532013000 ADE89370400440532013000F",
        "CODE89 370400440532013000 SE12 build",
    ),
    reference="ISO 13616-1; SWIFT IBAN registry; check digits: ISO 7064 MOD 97-10",
)
