"""Values of ``Cookie`` and ``Set-Cookie`` headers, whole: which of the cookies is a session is the application's secret."""

from __future__ import annotations

import re

from detectors.field_names import plausible
from detectors.in_context import in_context
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span
from detectors.name_value import field_at

# RFC 6265, section 4.1.1: cookie-pairs joined by "; ". Where nothing quotes the header it ends at the line's end, at an escaped
# newline, or where the next header of a flattened dump begins. Commas join several Set-Cookie headers and stand in Expires dates.
_UNQUOTED = re.compile(rb"(?:\[[A-Za-z:_-]{1,64}\]|[^\s\"'`\\\]]|[ ](?![A-Z][\w-]{1,40}:)|\\(?![rn\"'`])){1,4096}+")
_PAIR = re.compile(rb"[!#$%&*+.^_|~0-9A-Za-z-]{1,256}+(?:=|%3[dD])")
_JAR = re.compile(rb"s?[=:\"']{0,2}[ ]?(?P<secret>\{[ ]?\\{0,7}[\"'][^{}\n]{8,4096}+\})")
_NAME = re.compile(rb"(?i)(?:.*[^a-z])?(?:set-?_?)?cookie2?s?$")


def _verify(text: bytes, at: int) -> Span | None:
    if jar := _JAR.match(text, at):  # a Python dict of cookies
        return jar.span("secret")
    field = field_at(text, at)
    if field is None or field.bond not in ("assigned", "pair", "option", "tag") or not _NAME.match(field.name):
        return None
    start, end = field.start, field.end
    if not field.quoted and (rest := _UNQUOTED.match(text, start)):
        end = start + len(rest.group().rstrip())
    value = text[start:end]
    if not _PAIR.match(value) or not plausible(value.partition(b"=")[2] or value, "cookie"):
        return None
    return start, end


_SESSION = sample("hex", 32)

DETECTOR = Detector(
    id="cookie",
    entity="cookie",
    kind="secret",
    title="Cookie and Set-Cookie header values",
    anchors=tuple(
        Anchor("cookie" + behind, caseless=True) for behind in (":", "=", '"', "'", " :", " =", "%3", "\\\\", "2:", "s:", "s=", 's"', "s'")
    ),
    verify=in_context(_verify),
    finds=(
        f"Cookie: «sid={_SESSION}; theme=dark»",
        f"Set-Cookie: «id={_SESSION}; Path=/; HttpOnly; Expires=Wed, 21 Oct 2026 07:28:00 GMT»",
        f'{{"cookie":"«session={_SESSION}»","host":"a"}}',
        f"{{'set-cookie': 'JSESSIONID={_SESSION}; Secure'}}".replace("'JS", "'«JS").replace("Secure'", "Secure»'"),
        f"map[Cookie:[«a={_SESSION}; b=2»] Host:[x]]",
        f"curl -H 'Cookie: «sid={_SESSION}»' https://example.org",
        f"HTTP_COOKIE=«sid={_SESSION}»",
        f"GET / Cookie: «sid={_SESSION}» Host: example.org",
    ),
    ignores=(
        "cookie: expired",
        "cookies=3",
        "Cookie: [REDACTED:cookie]",
        "Set-Cookie: sid=[REDACTED:cookie]",
        "cookie_count=4 cookie=true",
    ),
    reference="RFC 6265, sections 4.1.1 and 4.2.1",
    score=0.8,
)
