"""Braintree or PayPal access token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    access_token\$(?:production|sandbox)\$[0-9a-z]{8,24}+\$[0-9a-f]{20,40}+
"""
_KEY = "access_token$production$" + sample("lower", 16) + "$" + sample("hex", 32)

DETECTOR = Detector(
    id="braintree_token",
    entity="braintree_token",
    title="Braintree or PayPal access token",
    kind="secret",
    anchors=(Anchor("access_t"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "export TOKEN=access_token$production$<your-token>",
        "access_token=$TOKEN",
    ),
    reference="https://developer.paypal.com",
)
