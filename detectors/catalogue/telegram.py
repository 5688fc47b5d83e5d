"""Telegram: bot tokens, a bot's number and 35 characters that begin with ``A``."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import at_edge, placeholder, run_before
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_body = re.compile(rb"[A-Za-z0-9_-]{34}(?![A-Za-z0-9_-])").match
_cut = re.compile(rb"A[A-Za-z0-9_-]{17,33}+(?![A-Za-z0-9_-])").match


def _verify(text: bytes, at: int) -> Span | None:
    colon = at - 2
    start = run_before(text, colon, b"0123456789", 17)
    if not 5 <= colon - start <= 16 or not (at_edge(text, start) or text[start - 3 : start] == b"bot"):
        return None
    found = _body(text, at) or (_cut(text, at) if colon - start >= 8 else None)
    return (start, found.end()) if found and not placeholder(found.group()) else None


_TOKEN = sample("digits", 10) + ":A" + "A" + sample("b64url", 33)

DETECTOR = Detector(
    id="telegram",
    entity="telegram_bot_token",
    kind="secret",
    title="Telegram bot token",
    anchors=(Anchor("[0-9]:A"),),
    verify=_verify,
    finds=(f"https://api.telegram.org/bot«{_TOKEN}»/getMe", f"telegram_token: «{_TOKEN}»,", f'"«{_TOKEN[:40]}»"'),
    ignores=(
        "12345678:A" + "x" * 34,
        "at 12:30:AM",
        _TOKEN + "zz",
        "1700000000:Application_started_successfully_in_main",
        "clm95005:A" + sample("alnum", 34),
    ),
    reference="https://core.telegram.org/bots/api#authorizing-your-bot",
    score=0.9,
)
