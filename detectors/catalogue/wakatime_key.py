"""WakaTime API key or OAuth token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    waka_(?:sec_|tok_|ref_)?
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z-]{22,100}+      # UUID, or 80 characters
"""
)
_KEY = "waka_" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))
_SECOND_KEY = "waka_tok_" + sample("alnum", 80)

DETECTOR = Detector(
    id="wakatime_key",
    entity="wakatime_key",
    title="WakaTime API key or OAuth token",
    kind="secret",
    anchors=(Anchor("waka_"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"Bearer%20«{_SECOND_KEY}»",
    ),
    ignores=(
        "waka_" + "x" * 40,
        "export TOKEN=waka_<your-token>",
        "waka_client",
    ),
    reference="https://wakatime.com",
)
