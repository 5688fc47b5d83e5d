"""IPv4 and IPv6 addresses. Off by default: most logs need them, and a policy that wants them gone says so."""

from __future__ import annotations

import re
from itertools import product
from typing import Final

from detectors.mailboxes import is_ip_address
from detectors.model import Anchor, Detector, Span

_V4: Final = re.compile(
    rb"(?:(?<![A-Za-z0-9_])|(?<=\\[nrt])|(?<=\\u[0-9a-fA-F]{4})|(?<=%2[0-9A-F])|(?<=%3[A-F]))(?<![0-9A-Za-z][.-])(?<![0-9A-Fa-f]:)(?<!::)"
    rb"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![A-Za-z0-9_])(?!\.[0-9])(?!-[A-Za-z0-9])"
)
_V6: Final = re.compile(
    rb"(?:(?<![A-Za-z0-9_])|(?<=\\[nrt])|(?<=\\u[0-9a-fA-F]{4}))(?<![0-9A-Za-z][:.])"
    rb"(?=[0-9A-Fa-f:]{0,4}:)[0-9A-Fa-f:]{2,39}+(?:\.\d{1,3}){0,3}(?:%[A-Za-z0-9._-]{1,16})?(?![A-Za-z0-9_])(?![.:][0-9A-Za-z])"
)
_VERSION: Final = re.compile(rb"(?i:(?:^|[^a-z])(?:v|ver|version|release|build|rev|chrome|firefox|safari|edge?|opr)[ =:/\"']{0,3})\Z")
_HEX: Final = "[0-9A-Fa-f]"
_BACK: Final = 48


def verify(text: bytes, at: int) -> Span | None:
    """The address around ``at``, if :mod:`ipaddress` accepts it and no word before it makes it a version."""
    for pattern in (_V4, _V6):
        for found in pattern.finditer(text, max(0, at - _BACK), at + _BACK):
            start, end = found.span()
            if not start < at <= end:
                continue
            address = found[0].partition(b"%")[0]
            if is_ip_address(address) and address != b"::" and not _VERSION.search(text[max(0, start - 12) : start]):
                return start, end
    return None


DETECTOR = Detector(
    id="ip",
    entity="ip",
    kind="network",
    title="IP address",
    anchors=(
        *(Anchor(rf"\d\.{second}\.{third}\.\d") for second, third in product((r"\d", r"\d\d", r"\d\d\d"), repeat=2)),
        *(Anchor(rf"{_HEX}:{_HEX * second}:{_HEX * third}:{_HEX}") for second, third in product(range(1, 5), repeat=2)),
        Anchor(r"::[0-9A-Fa-f]"),
        Anchor(r"[0-9A-Fa-f]::"),
    ),
    verify=verify,
    finds=(
        "from «192.0.2.17»:8080 to «198.51.100.4»",
        '{"client":"«203.0.113.9»"}',
        "peer [«2001:db8::1f»]:443 via «fe80::1%eth0»",
        "mapped «::ffff:192.0.2.17», full «2001:db8:0:1:1:1:1:1»",
        "x-forwarded-for=«192.0.2.1», «192.0.2.2»",
    ),
    ignores=(
        "Chrome/120.0.6099.109 version 10.2.0.1 v1.2.3.4",
        "oid 1.3.6.1.4.1.311 and 300.1.2.3 and 1.2.3",
        "at 12:30:45 and std::vector and 00:1b:44:11:3a:b7",
        "ec2-203-0-113-25.compute.example.com",
    ),
    reference="RFC 791, RFC 4291 2.2, RFC 4007 11 (zone ids)",
    score=0.8,
    default=False,
)
