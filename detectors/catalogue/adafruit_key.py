"""Adafruit IO key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    aio_
    (?!(.)\1{9})  # not a mask: xxxx...
    (?=[A-Za-z]{0,20}[0-9])[0-9A-Za-z]{17,40}+    # 28 characters
"""
)
_KEY = "aio_" + sample("alnum", 28)

DETECTOR = Detector(
    id="adafruit_key",
    entity="adafruit_key",
    title="Adafruit IO key",
    kind="secret",
    anchors=(Anchor("aio_[A-Za-z0-9]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "aio_" + "x" * 40,
        "export TOKEN=aio_<your-token>",
        "aio_pika.connection: ready",
        "aio_serviceconnectionpool",
    ),
    reference="noseyparker rule np.adafruit.1; https://io.adafruit.com",
)
