"""Discord: bot and user tokens. The first part is a decimal id in base64, so its letters follow a pattern that text does not."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import placeholder
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

# Three digits become four letters: [MNO] [DTjz] [AEIMQUYcgk] [wxyz0-5]. Ids have 17 to 20 digits: five or six groups and a rest.
# Those of today begin with 1, hence the anchors MTA, MTE, …; older ones are known by a word beside them (all twelve beginnings cost a third
# of the scan's speed).
_GROUP = rb"[MNO][DTjz][AEIMQUYcgk][wxyz0-5]"
_token = re.compile(rb"(?<![A-Za-z0-9_-])(?:%b){5,6}(?:[MNO][AQgw]|[MNO][DTjz][AEIMQUYcgk])?\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{20,40}+" % _GROUP).match
_mfa = re.compile(rb"(?<![A-Za-z0-9_-])mfa\.[A-Za-z0-9_-]{60,100}+").match
_named = re.compile(rb"[^\n]{0,60}?(?<![A-Za-z0-9_.-])([MNO][A-Za-z0-9_-]{22,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{25,40}+)").match


def _verify(text: bytes, at: int) -> Span | None:
    if text[at - 7 : at].lower() == b"discord":
        found = _named(text, at)
        return found.span(1) if found and not placeholder(found.group(1)) else None
    for back in (6, 1, 8):
        found = _token(text, at - back) or _mfa(text, at - back) if at >= back else None
        if found:
            return found.span()
    return None


_ID = "MTIzNDU2" + "Nzg5MDEy" + "MzQ1Njc4"
_REST = ".G" + sample("alnum", 5) + "." + sample("b64url", 38)

DETECTOR = Detector(
    id="discord_bot",
    entity="discord_token",
    kind="secret",
    title="Discord token",
    anchors=(
        *(Anchor(f"MT{third}[wxyz0-5][MNO][DTjz]") for third in "AEIMQ"),
        Anchor("Bot [MNO]"),
        Anchor(r"mfa\.[A-Za-z0-9_-]{4}"),
        Anchor("discord", caseless=True),
    ),
    verify=_verify,
    finds=(
        f"Authorization: Bot «{_ID}{_REST}»",
        f"'«{_ID}MQ{_REST}»'",
        f"discord_token: «M{sample('alnum', 23)}.{sample('alnum', 6)}.{sample('b64url', 27)}»,",
        f"«mfa.{sample('b64url', 84)}»",
    ),
    ignores=("Q5.abcdef.example", "discord.gateway.connection.established", "N" + _ID + _REST, "mfa.required"),
    reference="https://discord.com/developers/docs/reference#authentication",
)
