"""Phone numbers: with ``+`` or an exit code, RFC 3966, as the configured regions print them, and bare digits behind a word.

A number counts when libphonenumber's patterns say it is valid: for its calling code, else for one of the regions. Behind a field's name
(``msisdn=``) any 7 to 15 digits count, as such a field's numbers come from everywhere.
"""

from __future__ import annotations

from typing import Final

from detectors.model import Anchor, Detector
from detectors.phone_text import PhoneReader
from detectors.phones import exit_code_anchors, region

_WORDS: Final = ("phone", "mobile", "cell", "tel", "msisdn", "whatsapp", "sms", "fax", "call", "caller", "callee", "dial")


def _word_anchors() -> list[Anchor]:
    quotes = ("", '"', "'", r"\\\"")
    between = [f"{quote}{sign}{gap}{quote}" for quote in quotes for sign in ":=" for gap in ("", " ") if quote in ("", '"') or sign == ":"]
    between += ['":', '": ', r"\\\":", r"\\\": ", '="', '=\\\\"', ">", " ", " is ", " at ", " to "]
    return [
        *(Anchor(f"{word}{gap}\\d", caseless=True) for word in _WORDS for gap in dict.fromkeys(between)),
        *(Anchor(f"{word}{gap}n[uo]", caseless=True) for word in ("phone", "mobile", "cell", "contact") for gap in ("", "_", " ", "-")),
    ]


_INTERNATIONAL_ANCHORS: Final = (
    Anchor(r"\+[1-9]\d\d\d\d"),
    Anchor(r"\+[17][ .(-][(2-9]"),
    Anchor(r"\+[17] \("),
    Anchor(r"\+[2-9]\d[ .(-][(\d]"),
    Anchor(r"\+[2-9]\d\d[ .(-][(\d]"),
    Anchor(r"\+1\d\d\d[ .-]\d"),
    Anchor("%2[Bb][1-9]"),
    Anchor(r"\xef\xbc\x8b"),  # FULLWIDTH PLUS SIGN
    Anchor(r"tel:\d", caseless=True),
    *map(Anchor, exit_code_anchors()),
)


def phone_detector(regions: tuple[str, ...]) -> Detector:
    """The detector for these regions' national formats, and for what is a phone number anywhere.

    ``ValueError`` for a region that libphonenumber doesn't know.
    """
    known = tuple(region(name) for name in regions)
    national = dict.fromkeys(anchor for each in known for anchor in each.anchors())
    return Detector(
        id="phone",
        entity="phone",
        kind="contact",
        title="Phone number",
        anchors=(*_INTERNATIONAL_ANCHORS, *_word_anchors(), *map(Anchor, national)),
        verify=PhoneReader(known),
        finds=_FINDS,
        ignores=_IGNORES,
        reference="ITU-T E.164; RFC 3966; national formats: libphonenumber's metadata (github.com/google/libphonenumber)",
        loose=True,
    )


_FINDS: Final = (
    "call «+44 20 7946 0958», or don't",
    "msg=sent to=«+12025550143» status=ok",
    "«tel:+1-202-555-0143;ext=21»",
    "«＋１　（２０２）　５５５－０１４３»",
    "?to=«%2B12025550143»&body=hi",
    "from abroad «011 44 20 7946 0958» or «0044 20 7946 0958»",
    "«+44 (0)20 7946 0958» 25 seats",
    "«(202) 555-0143 ext 9», «202-555-0144», «1-202-555-0145», «202.555.0146»",
    "«020 7946 0958» and «07400 123456»",
    "phone=«2025550143»",
    '{"mobile_number": "«447700900123»"}',
    "msisdn:«447700900123»",
    "please call «2025550143» now",
    r"escaped\n«+12025550143»\n",
)
_IGNORES: Final = (
    "ts=1712345678 offset=+3712345678901234567 took 2025550143 ns",
    "2024-05-01T10:00:00+10:00 -0500 +1000",
    "192.0.2.143:8080 and 10.202.555.0143 and v2.202.555.0146",
    "order 2025550143-17 costs $202.555.0143",
    "id=202-555-0143-9911 550e8400-e29b-41d4-a716-446655440000 ip-10-202-555-0143",
    "hotel=2025550143 recall 2025550143 phone=0000000000",
    "0x2025550143 5e+12025550143 a+12025550143b",
    "phone_verified_at=1712345678 call took 20255 ms",
)

DETECTOR = phone_detector(("US", "GB"))
