"""Nostr private key (NIP-19)."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    nsec1
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9a-z]{36,64}+(?![0-9A-Za-z])    # bech32, 58 characters
"""
)
_KEY = "nsec1" + sample("lower", 58)

DETECTOR = Detector(
    id="nostr_key",
    entity="nostr_key",
    title="Nostr private key (NIP-19)",
    kind="secret",
    anchors=(Anchor("nsec1"),),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "nsec1" + "x" * 40,
        "export TOKEN=nsec1<your-token>",
        "nsec1500",
    ),
    reference="https://github.com/nostr-protocol/nips/blob/master/19.md",
)
