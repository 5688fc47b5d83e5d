"""The grammar of an e-mail address, read outwards from its at sign.

``local_start(text, end)`` and ``domain_end(text, start)`` give byte offsets into ``text``, or ``None`` where no such part is there. Both
look at most 350 bytes far. The local part stops at what separates things in logs (``=``, ``&``, ``/``, ``|``, quotes) though RFC 5322
allows those signs in it; of a VERP address, which holds ``user=domain`` before its sign, all is taken.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import Final

LOCAL_MAX, LABEL_MAX, DOMAIN_MAX = 64, 63, 255  # RFC 5321, 4.5.3.1.1; RFC 1035, 2.3.4; RFC 5321, 4.5.3.1.2
_UTF8_LONGEST: Final = 4
_LOCAL: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-%'~" + bytes(range(0x80, 0x100))
_PLAIN_LOCAL: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_+-]*+(?:\.[A-Za-z0-9_+-]++)*+")
_BESIDE_LOCAL: Final = frozenset(b"\\*")
"""Bytes before a local part that ask for a closer look: an escape, a mask."""
_ESCAPE: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_QUOTED: Final = re.compile(rb'"(?:[^"\\\r\n]|\\[^\r\n]){1,62}+"')
_VERP: Final = re.compile(rb"(?:SRS[01][=+-]|[\w.-]{1,48}+\+)[\w.+=-]{1,64}+\Z")
_IN_VERP: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+=-"
_LITERAL_PREFIXES: Final = frozenset((b"b", b"u", b"r", b"f", b"br", b"rb", b"B", b"U", b"R", b"F"))

_ASCII_DOMAIN: Final = re.compile(rb"[A-Za-z0-9-]{1,63}+(?:\.[A-Za-z0-9-]{1,63}+){1,16}+(?![A-Za-z0-9-]|\.?[\x80-\xff])")
_DOMAIN: Final = re.compile(rb"[A-Za-z0-9\x80-\xff-]{1,252}+(?:\.[A-Za-z0-9\x80-\xff-]{1,252}+){1,16}+")
_DOMAIN_LITERAL: Final = re.compile(rb"\[(?:IPv6:)?([0-9A-Fa-f:.]{3,45})\]")
_TOP_LABEL: Final = re.compile(r"(?i:xn--[a-z0-9-]{1,59}|[a-z]{2,63}(?![a-z0-9]))")
_NUMBER: Final = re.compile(r"v?\d+\Z")

# What follows the sign in names that look like addresses: units of systemd.unit(5) (`user@1000.service`) and files (`icon@2x.png`).
_UNITS_AND_FILES: Final = """
service socket mount automount timer slice scope swap device png jpg jpeg gif svg webp bmp ico css scss js mjs cjs jsx
tsx json html htm xml yaml yml toml txt log csv php java jar class dll exe tgz gz tar whl lock
"""
_NOT_TOP_LEVEL: Final = frozenset(_UNITS_AND_FILES.split())
_NOT_PLAIN_TOP: Final = frozenset(name.encode() for name in _NOT_TOP_LEVEL)


def local_start(text: bytes, end: int) -> int | None:
    """Where the local part that ends at ``end`` starts."""
    if text[end - 1 : end] == b'"':
        return _quoted_start(text, end)
    window = text[max(0, end - LOCAL_MAX * _UTF8_LONGEST) : end]
    start = end - len(window) + len(window.rstrip(_LOCAL))
    if end - start <= LOCAL_MAX and (not start or text[start - 1] not in _BESIDE_LOCAL) and _PLAIN_LOCAL.fullmatch(text, start, end):
        return _past_sign(text, start, end)
    if not text[start:end].isascii():
        start = _unicode_start(text, start, end)
    start = _past_escapes(text, start, end)
    while start < end and text[start] in b".'~%-":
        start += 1
    local = text[start:end]
    if not local or local[-2:] == b".." or b"..." in local or _is_masked(text, start):  # `jo...@` is abridged; `jo.@` exists in Japan
        return None
    if len(local) > LOCAL_MAX and (local.isascii() or len(local.decode("utf-8", "replace")) > LOCAL_MAX):
        return None
    return _past_sign(text, start, end)


def _past_sign(text: bytes, start: int, end: int) -> int:
    """``start``, or where the VERP address begins whose last part it is."""
    is_part = start and text[start - 1] == 0x3D and text.find(b".", start, end) >= 0
    return _verp_start(text, start) if is_part else start


def _quoted_start(text: bytes, end: int) -> int | None:
    for opening in range(max(0, end - LOCAL_MAX), end - 2):
        if text[opening] == 0x22 and _QUOTED.fullmatch(text, opening, end):
            return opening
    return None


def _unicode_start(text: bytes, start: int, end: int) -> int:
    chars = text[start:end].decode("utf-8", "replace")
    kept = chars[len(chars) - word_length(chars[::-1]) :]
    return end - len(kept.encode()) if "\ufffd" not in kept else end


def _past_escapes(text: bytes, start: int, end: int) -> int:
    """``start`` moved behind what isn't the address's own: ``%20jo@…``, ``\\njo@…`` in a text that is itself escaped, ``b'jo@…'``."""
    if b"%" in text[start:end]:
        for found in _ESCAPE.finditer(text, start, end):
            value = int(found[1], 16)
            if value < 0x80 and not (chr(value).isalnum() or value in b"+._-'"):
                start = found.end()
    if start and text[start - 1] == 0x5C and start < end:
        if text[start] == 0x75 and text[start + 1 : start + 5].isalnum():
            start += 5
        elif text[start] in b"nrtbf":  # the escapes of JSON; any other letter is a mailbox's, as in ``CORP\\ada@…``
            start += 1
    quote = text.find(b"'", start, end)
    if quote >= 0 and (quote == start or text[start:quote] in _LITERAL_PREFIXES):
        start = quote + 1
    return min(start, end)


def _is_masked(text: bytes, start: int) -> bool:
    """``j***n@example.com`` is masked already; ``**jo@example.com**`` is bold."""
    if text[start - 1 : start] != b"*":
        return False
    before = text[max(0, start - 64) : start]
    bare = before.rstrip(b"*")
    return len(before) - len(bare) > 2 or bare[-1:].isalnum()


def _verp_start(text: bytes, start: int) -> int:
    """``bounces+12-jo=example.com@…`` (VERP) and ``SRS0=…=…=example.com=jo@…`` (SRS) begin further left."""
    before = text[max(0, start - 100) : start]
    run = before[len(before.rstrip(_IN_VERP)) :]
    if b"+" not in run and b"SRS" not in run:
        return start
    found = _VERP.search(text, start - len(run), start)
    return found.start() if found else start


def domain_end(text: bytes, start: int) -> int | None:
    """Where the domain (at least two labels) or the bracketed IP address that starts at ``start`` ends."""
    if text[start : start + 1] == b"[":
        literal = _DOMAIN_LITERAL.match(text, start)
        return literal.end() if literal and is_ip_address(literal[1]) else None
    run = _ASCII_DOMAIN.match(text, start, start + DOMAIN_MAX)
    if run is not None and _is_plain(run[0]):
        return run.end()
    run = _DOMAIN.match(text, start, start + DOMAIN_MAX)
    length = _domain_length(_labels(run[0])) if run else 0
    return start + length if length else None


def _is_plain(domain: bytes) -> bool:
    """The common case: ASCII, the first label doesn't look like a version's number, the last is letters."""
    top = domain[domain.rindex(b".") + 1 :]
    return (
        top.isalpha()
        and len(top) > 1
        and top.lower() not in _NOT_PLAIN_TOP
        and domain[:1].isalpha()
        and not (domain[0] in b"vV" and domain[1:2].isdigit())
        and (b"-" not in domain or not (b"-." in domain or b".-" in domain))
    )


def _labels(run: bytes) -> list[str]:
    labels = []
    for label in run.decode("utf-8", "replace").split("."):
        kept = label[: word_length(label)]
        if kept:
            labels.append(kept)
        if kept != label:
            break
    return labels


def _domain_length(labels: list[str]) -> int:
    """Bytes of the longest domain name that ``labels`` start with; 0 for none. ``example.com.1`` and ``example.com-1`` have one.

    A name led by two numbers is a version (``left-pad@1.3.0-rc.beta``), not a domain.
    """
    if len(labels) < 2 or (_NUMBER.match(labels[0]) and labels[1][0].isdigit()):
        return 0
    for count in range(len(labels), 1, -1):
        names, last = labels[: count - 1], labels[count - 1]
        found = _TOP_LABEL.match(last)
        top = found[0] if found else last if last[0] > "\x7f" else ""
        if not top or top.lower() in _NOT_TOP_LEVEL:
            continue
        if all(len(name) <= LABEL_MAX and name[0] != "-" and name[-1] != "-" for name in (*names, top)):
            return len(".".join((*names, top)).encode())
    return 0


def word_length(chars: str) -> int:
    """How many characters from the front are one word: letters, marks and ASCII, ending where Latin script goes over to another.

    Chinese and Japanese put no space between prose and an address.
    """
    latin = next((_is_latin(char) for char in chars if char not in "._-+"), True)
    for index, char in enumerate(chars):
        if not _is_letter(char) or (latin and not _is_latin(char)):
            return index
    return len(chars)


def _is_latin(char: str) -> bool:
    return char < "\u0370" or "\u1e00" <= char <= "\u1eff"


def _is_letter(char: str) -> bool:
    return char < "\x80" or char.isalnum() or unicodedata.category(char)[0] == "M" or char in "\u200c\u200d"


def is_ip_address(literal: bytes) -> bool:
    """Whether ``literal`` is an IPv4 or IPv6 address and nothing else."""
    try:
        ipaddress.ip_address(literal.decode("ascii"))
    except ValueError:
        return False
    return True
