"""Anchors that end one byte behind an at sign; not a detector.

The byte behind the sign is of a class of fewer than thirty: Hyperscan spells such a one out and looks for literals of two bytes. A larger
class makes an engine of its own that costs a tenth of a scan, and a bare ``@`` is in every third binary field of OTLP. What a class before
the sign leaves out is not a byte that anything verified can have there: blanks, and those that no character of UTF-8 ends in.
"""

from __future__ import annotations

from detectors.model import Anchor

AT_SIGN = (Anchor(r"[!#--/-~\x80-\xbf]@[a-z]", caseless=True), Anchor(r"[!#--/-~\x80-\xbf]@[0-9]"), Anchor(r"@[\[*_(]"))
"""Any sign but those behind a quote or a full stop."""
BEHIND_STOP = (Anchor(r"\.@[a-z]", caseless=True), Anchor(r"\.@[0-9]"))
BEHIND_QUOTE = tuple(Anchor(before + r"\"@" + first, caseless=True) for before in (r"[\w!@-]", r"\\") for first in ("[a-z]", "[0-9]"))
BEFORE_UNICODE = tuple(Anchor(r"[\w\x80-\xbf+~'-]@" + leads) for leads in (r"[\xc2-\xd9]", r"[\xda-\xf4]"))
"""The signs of addresses with a domain beyond ASCII, by the bytes that begin a character of UTF-8."""
ENCODED = (Anchor("%40[a-z]", caseless=True), Anchor("%40[0-9]"))
ENCODED_TWICE = (Anchor("%2540[a-z]", caseless=True), Anchor("%2540[0-9]"))
