"""Credentials in a URL's authority: ``scheme://user:password@host`` (the password alone), ``scheme://token@host`` (the token)."""

from __future__ import annotations

import re

from detectors.catalogue._at_sign import AT_SIGN, BEHIND_STOP, ENCODED
from detectors.in_context import in_context
from detectors.model import Detector, Span
from detectors.secret_shape import secret_like, stand_in

_LEFT = 512
_ESCAPED_MARKS = (b"%3A%2F%2F", b"%3a%2f%2f", b":\\/\\/", b":\\u002f\\u002f")
_INSIDE = bytes(set(range(256)) - set(b" \t\n\r\v\f\"'`<>{}"))
_HOST = re.compile(rb"(?:@|%40)(?:[A-Za-z0-9_\[$*<]|%5[bB]|tcp\(|unix\(|\((?=[\w.]+)|/)")
_OUTSIDE = re.compile(rb"\\[nrt/]")
_ORACLE = re.compile(rb"[\w.$#-]{1,64}+/(?P<secret>[^\s/\"'`<>${}]{1,256}+)")


def _verify(text: bytes, at: int) -> Span | None:
    sign = at - 2 if text[at - 2 : at - 1] == b"@" else at - 4
    if sign < 4:
        return None
    before = text[max(0, sign - _LEFT) : sign]
    run = before[len(before.rstrip(_INSIDE)) :]  # an e-mail address ends here: nothing before it says URL
    if (b":" not in run and b"%3" not in run) or not _HOST.match(text, sign):
        return None
    place, mark = run.rfind(b"://"), b"://"
    if b"%" in run or b"\\" in run:
        place, mark = max((place, mark), *((run.rfind(each), each) for each in _ESCAPED_MARKS))
    if place < 0:
        return _oracle(run, sign)
    userinfo = run[place + len(mark) :]
    begin = sign - len(userinfo)
    place = begin - len(mark)
    if not userinfo or (b"\\" in userinfo and _OUTSIDE.search(userinfo)) or not text[place - 1 : place].isalnum():
        return None
    encoded = mark[:1] == b"%"
    if text[sign : sign + 1] == b"%" and not encoded:
        return None  # an "@" inside a password
    colon = userinfo.lower().find(b"%3a") if encoded and b":" not in userinfo else userinfo.find(b":")
    if colon < 0:
        return (begin, sign) if _is_token(userinfo) else None
    start = begin + colon + (1 if userinfo[colon : colon + 1] == b":" else 3)
    if b"/" in userinfo[:colon] or b"?" in userinfo[:colon]:
        return None
    password = text[start:sign]
    if not password or (len(password) > 1 and stand_in(password)):
        return None
    if b"/" in password and b"." in userinfo[:colon]:  # host:port/path…@…
        return None
    return start, sign


def _oracle(run: bytes, sign: int) -> Span | None:
    """``jdbc:oracle:thin:user/password@host``."""
    place = run.rfind(b"thin:")
    found = _ORACLE.fullmatch(run, place + 5) if place >= 0 else None
    return (sign - len(found.group("secret")), sign) if found and not stand_in(found.group("secret")) else None


def _is_token(userinfo: bytes) -> bool:
    return b"/" not in userinfo and secret_like(userinfo, shortest=16)


DETECTOR = Detector(
    id="url_credentials",
    entity="password",
    kind="secret",
    title="Credentials in URLs",
    anchors=(*AT_SIGN, *BEHIND_STOP, *ENCODED),
    verify=in_context(_verify),
    finds=(
        "postgres://app:«s3cr3t»@db:5432/x",
        "redis://:«hunter2»@cache.example.org",
        "mysql://root:«pass»@db/x",
        "mongodb+srv://ann:«p%40ss:w0rd»@cluster0.example.net/test",
        "jdbc:mysql://app:«n0tThis»@tcp(localhost:3306)/db",
        "callback=https%3A%2F%2Fann%3A«s3cr3t»%40example.org%2F",
        '{"dsn":"amqp:\\/\\/app:«s3cr3t»@mq:5672"}',
        "https://«" + "0123456789abcdef" * 2 + "»@o1.ingest.example.org/7",
    ),
    ignores=(
        "https://example.org/@ann",
        "git+ssh://git@example.org/x.git",
        "postgres://app:${DB_PASSWORD}@db/x",
        "postgres://{user}:{password}@{host}/x",
        "https://ann@example.org/",
        "postgres://app:REDACTED-password@db/x",
        "postgres://app:****@db/x",
        "see https://example.org:8080/a?mail=ann@example.org",
        "time 12:30 ann@example.org",
    ),
    reference="RFC 3986, section 3.2.1",
    score=0.9,
)
