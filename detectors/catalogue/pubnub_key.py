"""PubNub publish, subscribe or secret key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    (?:pub|sub|sec)-c-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_+/=-]{22,80}+   # UUID; secret keys base64
"""
_KEY = "pub-c-" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))
_SECOND_KEY = "sec-c-" + sample("alnum", 48)

DETECTOR = Detector(
    id="pubnub_key",
    entity="pubnub_key",
    title="PubNub publish, subscribe or secret key",
    kind="secret",
    anchors=(
        Anchor("pub-c-"),
        Anchor("sub-c-"),
        Anchor("sec-c-"),
    ),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f'\\"token\\":\\"«{_SECOND_KEY}»\\"',
    ),
    ignores=(
        "pub-c-" + "x" * 40,
        "export TOKEN=pub-c-<your-token>",
        "pub-c-sharp",
    ),
    reference="trufflehog detector pubnubpublishkey; https://www.pubnub.com",
)
