"""String literals within a text, as they stand in logs: JSON's, Python's, nginx's ``\\x22``. Decoded, with the way back."""

from __future__ import annotations

import re

from service.redaction.edits import escape
from service.redaction.mapped import Mapped

_ESCAPE = re.compile(
    rb"""(?P<bytes>(?:\\x[89a-fA-F][0-9a-fA-F])++)
      | \\x(?P<ascii>[0-7][0-9a-fA-F])
      | (?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})
      | \\u(?P<unicode>[0-9a-fA-F]{4})
      | \\U(?P<long>00[01][0-9a-fA-F]{5})
      | \\(?P<char>[nrtbf"'`/\\])""",
    re.VERBOSE,
)
_CHARS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_HEX_NEEDED = re.compile(rb'["\\\x00-\x1f]')


def unquoted(buf: bytes, start: int, end: int) -> Mapped:
    """``buf[start:end]``, the inside of a literal, decoded once; an escape of no kind that is known stays as it is."""
    out, at = Mapped(), start
    for found in _ESCAPE.finditer(buf, start, end):
        out.put(buf[at : found.start()], at, found.start())
        at = found.end()
        out.put(_char(found), found.start(), at)
    out.put(buf[at:end], at, end)
    return out


def _char(found: re.Match[bytes]) -> bytes:
    kind, value = found.lastgroup, found.group(found.lastgroup or 0)
    if kind == "char":
        return _CHARS.get(value, value)
    if kind == "bytes":
        raw = bytes.fromhex(value.replace(b"\\x", b"").decode())
        try:
            raw.decode()
        except UnicodeDecodeError:
            return raw.decode("latin-1").encode()  # a Python string's characters, not a byte string's bytes
        return raw
    if kind == "pair":
        return chr(0x10000 + ((int(value[2:6], 16) - 0xD800) << 10) + int(value[8:12], 16) - 0xDC00).encode()
    return chr(min(int(value, 16), 0x10FFFF)).encode("utf-8", "surrogatepass")


def quoted(text: bytes, quote: bytes) -> bytes:
    """``text`` as it stands inside a literal whose quotes are written ``quote`` (``"``, ``'``, ``\\x22``)."""
    if quote == b"\\x22":
        return _HEX_NEEDED.sub(lambda found: b"\\x%02X" % found.group()[0], text)
    text = escape(text)
    return text.replace(b"'", b"\\'") if quote == b"'" else text
