"""How a name and its value stand together in text, in whatever syntax: logfmt, YAML, JSON at any escape level, Python and Go
literals, XML, HTTP dumps, command lines, query strings, prose.

``field_at(text, at)`` reads the field whose name ends at or around ``at`` and says where its value is and how surely it is one.
It decides nothing about secrets. It looks at most 96 bytes to the left and 4 KiB to the right, does linear work, and never crosses a
newline, but for the white space between an XML tag and its content.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from detectors.model import WINDOW

Bond = Literal["assigned", "pair", "tag", "option", "compared", "is", "beside"]
"""What holds name and value together, from the surest to the vaguest: ``a=b`` · ``("a", "b")`` · ``<a>b</a>`` · ``--a b``
· ``a == "b"`` · ``a is b`` · ``a b``."""

QUOTE = rb"""(?:\\{0,15}["'`]|&quot;|&\#3[49];|&apos;|\\{1,8}[ux](?:00)?2[27]|%2[27])"""


class Field(NamedTuple):
    """One name with its value. ``start``/``end`` are the value's place without its quotes; ``spaced``: blanks before a bare value."""

    name: bytes
    bond: Bond
    start: int
    end: int
    quoted: bool
    spaced: bool


_ALNUM = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_IN_WORD, _IN_NAME = _ALNUM + b"_-", _ALNUM + b"_.-$"
_NAME = re.compile(rb"[A-Za-z0-9_.\-]{0,40}+")
_NAME_BYTES, _ALNUM_BYTES = frozenset(_ALNUM + b"_.-"), frozenset(_ALNUM)
_ONE_BYTE_SEPARATORS = frozenset(b"=:\"'")
_BLANKS = (b" ", b"\t")
_SEPARATOR_BACKWARDS = re.compile(rb"(?:[23]?%|;touq&|[ ]si[ ]|irts[ ]|rts[ ]:|[^A-Za-z0-9_.\-]{1,6}+(?:>-[ ]|\.[ ])?)(?:[ ]?[\"'`]\\{0,15})?")
"""What an anchor may hold behind the name, read from right to left: ``%3``, ``&quot;``, ``" is "``, ``" ="``, ``'" '``."""
_WORDY_SEPARATORS = (b"%3", b"%2", b" stri", b": str")
_COMPARED_BACKWARDS = re.compile(rb"[ ]{0,4}={1,2}[!=][ ]{0,4}([\"'])")
_PLACEHOLDER = re.compile(rb"[$#][{(]|\{\{|<[^<>\n]{1,60}>|\[(?i:redact|filter|mask|hidden|remov|scrub|elid)[^\]\n]{0,120}\](?![A-Za-z0-9])")

_PLAIN_BOND = re.compile(rb"""["']?[ ]?[=:][ ]?(?=[A-Za-z0-9"'_\\\[{($\#@])(?!(?i:(?:string|str|text|bytes|any|object|char)\b))""")
"""The ``assigned`` that most logs hold; what may be a type's name is left to ``_BOND``, whose result this is otherwise."""

_BOND = re.compile(
    rb"""
    (?: (?P<close>%(quote)s) [)\]]{0,2}+ )?+ (?: \[ [0-9]{0,5} \] )?+
    (?: (?P<compared> [ \t]{0,8}+ [!=]==?+ (?!>) [ \t]{0,8}+ )
      | (?P<labelled> (?: ,?\r?\n[ \t]{1,40}+ | [ \t,;]{1,8}+ ) \\{0,15}+["']? (?:value|val|content) \\{0,15}+["']? [ ]{0,4}+ [:=] [ ]{0,4}+
                      (?: \{ [ ]? \\{0,15}+ ["']stringValue\\{0,15}+["'] [ ]? : [ ]? )? )
      | (?P<assigned> (?: [ ]?:?[ ] (?:string|str|text|bytes|any|object|char[ ]?\*) \b (?=[ ]{0,4}=) )?+ [ \t]{0,32}+
                     (?: [:?.|+*~-]{0,4}+ =>?+ | :{1,3}+ (?!//) | [|]{2} :?+ | -> | <[-<] | =?>> | (?:%%(?:25)?3[AD])++ | \\{1,8}u003[ad] )
                      (?P<gap>(?:[ \t]|%%20|[+](?=[A-Za-z])){0,32}+) (?: \s{0,16}+ string\([0-9]{1,6}\)[ ] )?+ )
      | (?P<pair> [ \t]{0,8}+ , [ \t]{0,8}+ (?= [bBrRuUfF]{0,2} %(quote)s ) )
      | (?P<tag> (?: [ ][^<>\n]{0,80}+ )?+ (?:>|&gt;|\\u003e) \s{0,64}+ )
      | (?P<is> [ \t]{1,4}+ (?:is|was|will[ ]be)(?:[ ]set[ ]to)?+ [ \t]?:?[ \t]{1,4}+ )
      | (?P<beside> [ \t]{1,16}+ (?:-{1,2}[ \t]{1,4}+)?+ )
    )
    """
    % {b"quote": QUOTE},
    re.VERBOSE | re.IGNORECASE,
)
_OPEN = re.compile(rb"[bBrRuUfFL@]{0,2}(?P<quote>%s)" % QUOTE)
_CALL = re.compile(rb"[A-Za-z_][A-Za-z0-9_.]{0,40}+\([ ]?(?=[\"'`])|\[[ ]?(?=\\{0,15}[\"'`])|(?:byte)?\[\](?:byte|string)[({](?=[\"'`])")
_BARE = re.compile(
    rb"""(?: [^\s"'`,;&<>()\[\]{}|\\]++
           | [,;&] (?! [\s"'`\])}\\&] | [A-Za-z_][\w.\-]{0,40}+ ["']? [ ]? [=:%] | $ )  # a comma inside the value, not one behind it
           | [)\]}>]++ (?= [A-Za-z0-9!@\#$%^*_({\[-] ) | [(\[{|] (?= [^\s"'`<>&|] )
           | \\ (?! [nrtu"'`\\x] )
         ){1,4096}+""",
    re.VERBOSE,
)
_PLAIN_STARTS = frozenset(bytes((byte,)) for byte in set(_ALNUM) - set(b"bBrRuUfFL"))
"""A value that begins so is neither quoted nor a placeholder; it may be a call."""
_CALLING = (b"(", b"{")
_ENCODED = (b"%3d", b"%3a", b"%20")
_ENCODED_END = re.compile(rb"%(?:25)?(?:26|3[bB]|2[02cC]|0[aAdD]|7[dD]|5[dD])")
_TAG_CONTENT = re.compile(rb"[^<&\n\r]{1,4096}+")


def name_at(text: bytes, at: int) -> tuple[int, int]:
    """The place of the name around ``at``, or, where ``at`` stands behind a separator, of the name before that."""
    if at and (text[at - 1] not in _NAME_BYTES or text.endswith(_WORDY_SEPARATORS, max(0, at - 96), at)):
        if at > 1 and text[at - 1] in _ONE_BYTE_SEPARATORS and text[at - 2] in _ALNUM_BYTES:
            at -= 1
        elif separator := _SEPARATOR_BACKWARDS.match(text[max(0, at - 32) : at][::-1]):
            at -= separator.end()
    before = text[max(0, at - 64) : at]
    tail = _NAME.match(text, at)
    return at - len(before) + len(before.rstrip(_IN_NAME)), tail.end() if tail else at


def field_at(text: bytes, at: int) -> Field | None:
    """The field whose name ends at (or just before, or around) ``at``; ``None`` when no value stands beside it."""
    begin, end = name_at(text, at)
    if begin == end:
        return None
    name = text[begin:end]
    if plain := _PLAIN_BOND.match(text, end):
        at = plain.end()
        return _value(text, _with_word_before(text, name, begin), "assigned", at, text[at - 1] == 0x20)
    bond = _BOND.match(text, end, end + 256)
    if bond is None or bond.lastgroup == "beside":
        if reversed_field := _compared_before(text, name, begin):
            return reversed_field
        if bond is None:
            return None
    name = _with_word_before(text, name, begin)
    kind = bond.lastgroup if bond.lastgroup != "gap" else "assigned"
    if kind == "tag":
        if text[begin - 1 : begin] not in (b"<", b":", b";") or text[max(0, begin - 2) : begin - 1] in (b'"', b"'", b"="):
            return None
        return _content(text, name, bond.end())
    if kind == "labelled":
        over_lines = b"\n" in bond.group()
        return _value(text, name, "pair", bond.end(), False) if bond.group("close") or over_lines else None
    if kind == "beside" and text[begin : begin + 1] == b"-" and text[begin - 1 : begin] in (b"", b" ", b"'", b'"', b"\t"):
        kind = "option"
    spaced = kind != "assigned" or bool(bond.group("gap"))
    return _value(text, name, kind, bond.end(), spaced)  # type: ignore[arg-type]  # the group's names are those of Bond


def _with_word_before(text: bytes, name: bytes, begin: int) -> bytes:
    """ "page token", "API key": the word before may change what it is."""
    if text[begin - 1 : begin] not in _BLANKS or not name.isalnum():
        return name
    before = text[max(0, begin - 25) : begin - 1]
    word = before[len(before.rstrip(_IN_WORD)) :]
    return word + b" " + name if word else name


def _compared_before(text: bytes, name: bytes, begin: int) -> Field | None:
    """``"value" == name``."""
    found = _COMPARED_BACKWARDS.match(text[max(0, begin - 16) : begin][::-1])
    if found is None:
        return None
    end = begin - found.end()
    floor = max(text.rfind(b"\n", max(0, end - 256), end), end - 256, 0)
    start = text.rfind(found.group(1), floor, end)
    return Field(name, "compared", start + 1, end, True, True) if start >= 0 else None


def _content(text: bytes, name: bytes, at: int) -> Field | None:
    found = _TAG_CONTENT.match(text, at)
    if found is None:
        return None
    return Field(name, "tag", at, at + len(found.group().rstrip()), False, False)


def _value(text: bytes, name: bytes, bond: Bond, at: int, spaced: bool) -> Field | None:
    first = text[at : at + 1]
    if first in (b'"', b"'"):
        return Field(name, bond, at + 1, string_end(text, at + 1, first), True, spaced)
    bare = _BARE.match(text, at, at + WINDOW) if first in _PLAIN_STARTS else None
    if bare is None or text[bare.end() : bare.end() + 1] in _CALLING:
        if opened := _OPEN.match(text, at):
            return Field(name, bond, opened.end(), string_end(text, opened.end(), opened.group("quote")), True, spaced)
        if _PLACEHOLDER.match(text, at):
            return None
        if call := _CALL.match(text, at):
            return _argument(text, name, bond, call, spaced)
        if first == b"[" and (inside := _BARE.match(text, at + 1, at + WINDOW)):  # Go: map[X-Api-Key:[value]]
            return Field(name, bond, at + 1, inside.end(), False, spaced)
        bare = bare or _BARE.match(text, at, at + WINDOW)
        if bare is None:
            return None
    end = bare.end()
    if text[at - 3 : at].lower() in _ENCODED and (cut := _ENCODED_END.search(text, at, end)):
        end = cut.start()
    return Field(name, bond, at, end, False, spaced) if end > at else None


def _argument(text: bytes, name: bytes, bond: Bond, call: re.Match[bytes], spaced: bool) -> Field | None:
    opened = _OPEN.match(text, call.end())
    if opened is None:
        return None
    bond = bond if call.group()[:1] == b"[" else "beside"  # a call's argument need not be what it returns
    return Field(name, bond, opened.end(), string_end(text, opened.end(), opened.group("quote")), True, spaced)


def string_end(text: bytes, start: int, quote: bytes) -> int:
    """Where the string opened by ``quote`` (as it stands, with its backslashes) ends: its closing quote, an outer one, or the line."""
    limit = min(len(text), start + WINDOW)
    newline = text.find(b"\n", start, limit)
    limit = newline if newline >= 0 else limit
    if quote[-1:] not in (b'"', b"'", b"`"):
        end = text.find(quote, start, limit)
        return end if end >= 0 else limit
    mark, depth, position = quote[-1:], len(quote) - 1, start
    while (found := text.find(mark, position, limit)) >= 0:
        if found == start or text[found - 1] != 0x5C:
            return found
        before = text[max(start, found - 32) : found]
        slashes = len(before) - len(before.rstrip(b"\\"))
        if slashes % 2 == 0 if depth == 0 else slashes <= depth:
            return found - (slashes if depth else 0)
        position = found + 1
    return limit
