"""Mercado Pago access token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    APP_USR-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{24,512}+
"""
_KEY = "APP_USR-" + sample("digits", 16) + "-" + sample("digits", 6) + "-" + sample("hex", 32) + "-" + sample("digits", 9)

DETECTOR = Detector(
    id="mercado_pago_token",
    entity="mercado_pago_token",
    title="Mercado Pago access token",
    kind="secret",
    anchors=(Anchor("APP_USR-"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "APP_USR-" + "x" * 40,
        "export TOKEN=APP_USR-<your-token>",
    ),
    reference="https://www.mercadopago.com",
)
