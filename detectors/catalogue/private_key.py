"""Private keys in PEM (RFC 7468), OpenSSH, PGP (RFC 4880) and SSH2 (RFC 4716) armour, whole and cut off.

The one detector whose findings cross newlines, and whose window is 64 KiB: a key is found from its first dash to its last. Between
its lines may stand newlines, their escapes at any depth (``\\n``, ``\\\\n``, ``%0A``), spaces,
and the quotes and plus signs of a string literal.
"""

from __future__ import annotations

import re

from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

LIMIT = 65536
"""Bytes behind the first line: how far the last line of a key is looked for."""

_GAP = rb"(?:[ +_]|%20)"
_begin = re.compile(rb"(?:%b[A-Z0-9]{1,12}){0,6}%bPRIVATE%bKEY(?:%bBLOCK)?%b?-{4,5}" % (_GAP, _GAP, _GAP, _GAP, _GAP)).match
_end = re.compile(rb"-{4,5}%b?END(?:%b[A-Z0-9]{1,12}){0,6}%bPRIVATE%bKEY(?:%bBLOCK)?%b?-{4,5}" % (_GAP, _GAP, _GAP, _GAP, _GAP, _GAP)).match

# What may stand between two lines of a key.
_BREAK = rb"(?:\s|\\+[nrtu](?:00[0-9a-fA-F]{2})?|%0[AaDd]|%20|&#1[03];|&#x[aAdD];|<br ?/?>|[\"'`,;+|>\\]){0,80}+"
_HEADERS = rb"(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|Subject|X-[A-Za-z-]{1,40}): ?[^\n\\\"]{0,200}+%b)" % _BREAK
_LINE = rb"(?:[A-Za-z0-9+/]|%2[BbFf]|\\+/){16,8192}+(?:=|%3[Dd]){0,3}"
# The piece a log has cut the last line to: shorter than a line, and no word of a sentence.
_CUT = rb"[A-Za-z0-9+/]{1,15}+={0,2}(?=[\"'\\<\[]|\r?\n|\s?\.\.\.|\s?\xe2\x80\xa6|$)"
_lines = re.compile(rb"%b(?:%b){0,8}+%b(?:%b%b){0,1200}+(?:%b%b)?" % (_BREAK, _HEADERS, _LINE, _BREAK, _LINE, _BREAK, _CUT)).match
_dense = re.compile(rb"[A-Za-z0-9+/=]{20,}+")


def _closed(text: bytes, start: int) -> int:
    """Where the key that begins before ``start`` ends, if its last line is there; else -1.

    What lies between must hold a line of a key, and where it is long be mostly that: two mentions in prose take no page with them.
    """
    at = text.find(b"END", start, start + LIMIT)
    another = text.find(b"-BEGIN", start, start + LIMIT)
    for _ in range(64):
        if at < 0 or 0 <= another < at:
            break
        for dashes in (5, 6, 4):
            found = _end(text, at - dashes)
            if found:
                between = text[start : at - dashes]
                key = sum(map(len, _dense.findall(between)))
                return found.end() if key and (len(between) <= 2048 or key * 2 >= len(between)) else -1
        at = text.find(b"END", at + 3, start + LIMIT)
    return -1


def _verify(text: bytes, at: int) -> Span | None:
    first = _begin(text, at)
    if not first:
        return None
    start = at - len(b"BEGIN")
    while start > 0 and at - start < 12 and text[start - 1 : start] in (b"-", b" "):
        start -= 1
    while text[start : start + 1] == b" ":
        start += 1
    end = _closed(text, first.end())
    if end < 0:
        rest = _lines(text, first.end(), first.end() + LIMIT)
        end = rest.end() if rest else -1
    return (start, end) if end > 0 else None


_HEAD, _FOOT = "-----BEG" + "IN RSA PRIVATE KEY-----", "-----E" + "ND RSA PRIVATE KEY-----"
_LINES = [sample("alnum", 64, seed) for seed in (3, 5, 9)]

DETECTOR = Detector(
    id="private_key",
    entity="private_key",
    kind="secret",
    title="Private key (PEM, OpenSSH, PGP, SSH2)",
    anchors=(Anchor("--BEGIN"), Anchor("-- BEGIN")),
    verify=_verify,
    finds=(
        "key: «" + "\n".join([_HEAD, *_LINES, _FOOT]) + "»\nnext line",
        '{"private_key":"«' + "\\n".join([_HEAD, *_LINES, _FOOT]) + '»\\n"}',
        "«" + "\r\n".join([_HEAD, "Proc-Type: 4,ENCRYPTED", "", *_LINES, _FOOT]) + "»",
        "«" + " ".join([_HEAD.replace("RSA", "OPENSSH"), *_LINES, _FOOT.replace("RSA", "OPENSSH")]) + "»",
        "«" + "\\\\n".join([_HEAD, *_LINES]) + '»"}',
        "«" + "\n".join([_HEAD.replace("RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK"), "Version: 2", "", *_LINES]) + "»",
    ),
    ignores=(
        _HEAD.replace("PRIVATE", "PUBLIC") + "\n" + _LINES[0],
        "expected '" + _HEAD + "' but the file is empty",
        "-----BEGIN CERTIFICATE-----\n" + _LINES[0],
        "between '" + _HEAD + "' and '" + _FOOT + "' stands the key",
    ),
    reference="https://www.rfc-editor.org/rfc/rfc7468",
)
