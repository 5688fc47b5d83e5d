"""Slack: bot, user, app, workspace, session, configuration and refresh tokens."""

from __future__ import annotations

from detectors.catalogue._prefixed import ANYWHERE, literal_anchors, prefixed
from detectors.matching import sample
from detectors.model import Detector

_BODY = rb"(?=[A-Za-z-]{0,20}[0-9])[A-Za-z0-9-]{14,400}+(?<!-)"
_COOKIE = rb"(?:[A-Za-z0-9_/+=-]|%2[BbFf]|%3[Dd]){40,600}+"

_SHAPES = {
    "xoxb-": _BODY,
    "xoxp-": _BODY,
    "xoxa-": _BODY,
    "xoxr-": _BODY,
    "xoxo-": _BODY,
    "xoxs-": _BODY,
    "xoxc-": _BODY,
    "xoxd-": _COOKIE,
    "xoxe-": _BODY,
    "xoxe.": _BODY,
    "xapp-": _BODY,
    "xwfp-": _BODY,
}

_KEY = "xo" + "xb-" + sample("digits", 12) + "-" + sample("digits", 12, 3) + "-" + sample("alnum", 24)

DETECTOR = Detector(
    id="slack",
    entity="slack_token",
    kind="secret",
    title="Slack token",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES, edge=ANYWHERE),
    finds=(
        f"SLACK_TOKEN=«{_KEY}»&channel=1",
        f"\\n«{_KEY}»",
        f"«xapp-1-A{sample('upper', 10)}-{sample('digits', 13)}-{sample('hex', 64)}»",
        f"«xoxe.xoxp-1-{sample('alnum', 146)}»",
        f"d=«xoxd-{sample('alnum', 60)}%2B{sample('alnum', 40)}»;",
    ),
    ignores=(
        "xoxb-xxxxxxxxx-xxxxxxxxxx-xxxxxxxxxxxx",
        "xoxb-abcdef-abcdef",
        "xoxb-...",
    ),
    reference="https://docs.slack.dev/authentication/tokens",
)
