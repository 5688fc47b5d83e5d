"""IBANs: bare or in printed groups of four, by country, length and check digits."""

from __future__ import annotations

import re
from typing import Final

from detectors.checksums import iban_mod97
from detectors.model import Anchor, Detector, Span

# SWIFT's IBAN registry (ISO 13616-1): length of the whole number by country.
_REGISTRY: Final = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18
FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20
LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24
SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
"""
_LENGTHS: Final = {entry[:2]: int(entry[2:]) for entry in _REGISTRY.split()}
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
