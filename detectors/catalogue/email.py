"""E-mail addresses: plain, in angle brackets, ``mailto:``, percent-encoded, with unicode or punycode domains and local parts.

An address in a URL's path or query is found; a URL's userinfo and other logins (``git@host:path``) are not addresses of people.
"""

from __future__ import annotations

import re
from typing import Final

from detectors.catalogue._at_sign import AT_SIGN, BEFORE_UNICODE, BEHIND_QUOTE, ENCODED, ENCODED_TWICE
from detectors.mailboxes import domain_end, local_start
from detectors.model import Detector, Span

_PATH: Final = re.compile(rb":(?:[~/]|[A-Za-z0-9_.-]{1,100}+(?:/|(?<=\.git)))")
_NOT_USERINFO: Final = re.compile(rb"[/?#\s\"'<>,;]")
_APART: Final = frozenset(b"?# \t\r\n\v\f\"'<>,;")
"""Bytes before an address that are no part of a URL's authority."""
# RFC 4251, 6: algorithms and extensions of one implementer are called `name@domain`.
_SSH_DOMAINS: Final = frozenset((b"openssh.com", b"libssh.org"))
_SSH_ALGORITHM: Final = re.compile(rb"(?:hmac|umac|aes\d+|chacha20|curve25519|sntrup\w+|ssh|ecdsa|x509v3)-|[\w-]{2,32}+(?<=-cbc|-ctr|-gcm|-etm)\Z")


def _is_login(text: bytes, start: int, host: int, end: int) -> bool:
    """A machine's login: ``scheme://user@host``, ``user@host:path`` (git, scp); or an SSH algorithm's name."""
    if start and text[start - 1] not in _APART:
        scheme = text.rfind(b"://", max(0, start - 256), start)
        if scheme >= 0 and not _NOT_USERINFO.search(text, scheme + 3, start):
            return True
    if text[host:end].lower() in _SSH_DOMAINS or (text.find(b"-", start, host) >= 0 and _SSH_ALGORITHM.match(text[start : host - 1])):
        return True
    return text[end : end + 1] == b":" and _PATH.match(text, end) is not None


def verify(text: bytes, at: int) -> Span | None:
    """The address around the sign (``@``, ``%40``, ``%2540``) that ends one byte before ``at``."""
    host = at - 1
    if text[host - 1 : host] == b"@":
        sign = host - 1
    elif text[host - 2 : host] == b"40":
        sign = text.rfind(b"%", max(0, host - 5), host)
        if sign < 0 or text[sign:host] not in (b"%40", b"%2540"):
            return None
    else:
        return None
    end = domain_end(text, host)
    start = local_start(text, sign) if end is not None else None
    if end is None or start is None or _is_login(text, start, host, end):
        return None
    return start, end


DETECTOR = Detector(
    id="email",
    entity="email",
    kind="contact",
    title="E-mail address",
    anchors=(*AT_SIGN, *BEHIND_QUOTE, *BEFORE_UNICODE, *ENCODED, *ENCODED_TWICE),
    verify=verify,
    finds=(
        "login failed for «jo.march+lists@mail.example.co.uk», retrying",
        "From: Jo <«jo@example.org»>",
        "mailto:«jo@example.net»?subject=hi",
        "GET /signup?email=«jo%40example.com»&plan=pro",
        "next=%2Fsignup%3Femail%3D«jo%40example.com»%26plan%3Dpro",
        "owner=«jörg@bücher.example» done",
        "«почта@пример.рф» «jo@xn--e1afmkfd.xn--p1ai»",
        "连接到«jo@example.cn»失败",
        'to «"jo march"@example.com» via «root@[192.0.2.7]»',
        "user «o'hara@example.ie».",
        "rcpt «bounces+7-jo=example.com@mta.example.net» ok",
        "PUT /users/«jo@example.com»/settings",
        "{b'«jo@example.com»'}",
        r"raw text \n«jo@example.com»\n",
    ),
    ignores=(
        "git clone git@github.com:acme/shop.git",
        "scp backup.tgz ops@host.example.com:/var/backups",
        "https://deploy:pw@registry.example.com/v2/",
        "no matching cipher: chacha20-poly1305@openssh.com,umac-64-etm@openssh.com,rijndael-cbc@lysator.liu.se",
        "@decorator and @scope/pkg@4.1.0, left-pad@1.3.0, uses: actions/checkout@v4.2.1, x@1.0.0-rc.beta",
        "https://www.example.com/maps/@59.93,30.3,15z",
        "Started user@1000.service, icon@2x.png",
        "client msrabi@node-41:9000 and ZooKeeperServer@793",
        "masked j***n@example.com, ****@example.com",
    ),
    reference="RFC 5321 4.5.3.1, RFC 5322 3.4.1, RFC 6531 (internationalised addresses), RFC 6068 (mailto)",
)
