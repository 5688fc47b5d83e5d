"""Secrets in query strings under names that say little elsewhere: ``?key=…``, ``&sig=…``, OAuth's ``code=…`` beside its ``state``."""

from __future__ import annotations

import re

from detectors.in_context import in_context
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span
from detectors.secret_shape import secret_like, stand_in

# RFC 3986, section 3.4: a query ends at "#" or at the URL's end; RFC 6749, section 4.1.2: code and state; SAS, CAS and SAML likewise.
_SHORTEST = {b"key": 12, b"sig": 8, b"auth": 8, b"code": 6, b"ticket": 12, b"hash": 24, b"session": 16, b"sid": 16, b"t": 24}
_NAMES = ("key", "sig", "auth", "code", "ticket", "session", "sid", "assertion", "SAMLResponse", "code_verifier", "hash")
_VALUE = re.compile(rb"(?:[^\s\"'`<>#&;,\\%{}\[\]()|$]|%(?!26|3[bB]|2[023C]|00)[0-9A-Fa-f]{2}){1,4096}+")
_NAME_BACKWARDS = re.compile(rb"(?:=|D3%|d3%)([A-Za-z_]{1,20})")
_ESCAPED = re.compile(rb"%(?:2B|2F|3D|2b|2f|3d)")
_PLAIN = {b"%2B": b"+", b"%2F": b"/", b"%3D": b"="}
_STATE = re.compile(rb"[?&](?:amp;)?(?:state|redirect_uri|session_state|iss|scope)=|(?:%26|%3[fF])(?:state|redirect_uri)%3[dD]", re.IGNORECASE)


def _verify(text: bytes, at: int) -> Span | None:
    found = _VALUE.match(text, at)
    named = _NAME_BACKWARDS.match(text[max(0, at - 24) : at][::-1])
    if found is None or named is None:
        return None
    start, end = found.span()
    value = found.group()
    while value[-1:] in (b".", b":", b"!", b"?"):  # a sentence's end behind the URL
        value, end = value[:-1], end - 1
    name = named.group(1)[::-1].lower()
    if stand_in(value):
        return None
    if name == b"code":
        around = text[max(0, start - 1024) : end + 1024].partition(b"\n")[0]
        return (
            (start, end) if len(value) >= 6 and _STATE.search(around) and not value.isalpha() and not (len(value) < 9 and value.isdigit()) else None
        )
    plain = _ESCAPED.sub(lambda found: _PLAIN[found.group().upper()], value) if b"%" in value else value
    return (start, end) if secret_like(plain, shortest=_SHORTEST.get(name, 12)) else None


_SAMPLE = sample("alnum", 32)

DETECTOR = Detector(
    id="query_secret",
    entity="secret",
    kind="secret",
    title="Secrets in query strings",
    anchors=(
        *(Anchor("[?&]" + name + "=", caseless=True) for name in _NAMES),
        *(Anchor("&amp;" + name + "=", caseless=True) for name in ("key", "sig", "auth", "code")),
        *(Anchor("%" + mark + name + "%3d", caseless=True) for name in _NAMES for mark in ("3f", "26")),
        *(Anchor("\\\\u0026" + name + "=", caseless=True) for name in ("key", "sig", "code")),
    ),
    verify=in_context(_verify),
    finds=(
        f"GET /maps?key=«{_SAMPLE}»&q=x",
        f"https://x.blob.example.net/c?sv=2022&sig=«{sample('alnum', 20)}%2Bx%3D»&sp=r",
        "GET /cb?code=«4/0AdQt8qh7x»&state=af0ifjsldkj HTTP/1.1",
        f"u=https%3A%2F%2Fexample.org%2F%3Fkey%3D«{_SAMPLE}»%26q%3D1",
        f'{{"u":"/a?x=1\\u0026key=«{_SAMPLE}»"}}',
    ),
    ignores=(
        "/i18n?key=settings.title.main",
        "/search?code=EUR&state=open",
        "/a?key={key}&sig=abc",
        "/a?session=new&hash=top",
        "?key=[REDACTED:secret]",
    ),
    reference="RFC 3986, section 3.4; RFC 6749, section 4.1.2",
    score=0.6,
)
