"""Session cookies standing alone: ``JSESSIONID=…``, ``PHPSESSID=…``, ``connect.sid=…``, ``sessionid=…``."""

from __future__ import annotations

import re

from detectors.in_context import in_context
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span
from detectors.secret_shape import secret_like

# As application servers' manuals call them. A ``session_id`` is somebody's id (OpenTelemetry's ``session.id``), not one of these.
_NAME = re.compile(
    rb"(?i)(?:jsessionid|phpsessid|cfsessionid|connect\.sid|asp\.net_sessionid|_?sessionid|sessid|[a-z]{1,12}sessid|_session)"
    rb"(?=[=:\"'\\% ])"
)
_VALUE = re.compile(rb"""\\{0,7}["']?(?:[ ]?[=:][ ]?|%3[dD]|[ ]?,[ ]?)\\{0,7}["']?(?P<secret>(?!0x)[A-Za-z0-9._~%+/!:-]{12,1024}+)""")


def _verify(text: bytes, at: int) -> Span | None:
    before = text[max(0, at - 24) : at + 1]
    ends = [name.end() for name in _NAME.finditer(before)]
    if not ends:
        return None
    found = _VALUE.match(text, max(0, at - 24) + ends[-1])
    if found is None:
        return None
    start, end = found.span("secret")
    return (start, end) if secret_like(text[start:end].replace(b"%", b""), shortest=12) else None


_SAMPLE = sample("hex", 32)

DETECTOR = Detector(
    id="session_cookie",
    entity="session",
    kind="secret",
    title="Session cookies",
    anchors=tuple(
        Anchor(name + behind, caseless=True) for name in ("sessionid", "sessid", "connect\\.sid", "_session") for behind in ("=", '"', "'", "%3")
    ),
    verify=in_context(_verify),
    finds=(
        f"GET /a;jsessionid=«{_SAMPLE}»?x=1",
        f"PHPSESSID=«{_SAMPLE}»; path=/",
        f'{{"connect.sid":"«s%3A{_SAMPLE}»"}}',
        f"rails _shop_session=«{_SAMPLE}»",
    ),
    ignores=(
        "session_id=" + _SAMPLE,
        "Session: 30546174_78121112 initialized",
        "sessionid=1234",
        "start_session=true",
        "PHPSESSID=[REDACTED:session]",
    ),
    reference="https://jakarta.ee/specifications/servlet/ (session tracking); RFC 6265",
    score=0.7,
)
