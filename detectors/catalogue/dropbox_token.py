"""Dropbox access or refresh token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    sl\.(?:u\.)?(?!(.)\1{9})(?=[A-Za-z_-]{0,80}[0-9])[0-9A-Za-z_=-]{60,1600}+
"""
)
_KEY = "sl." + sample("b64url", 136)
_SECOND_KEY = "sl.u." + sample("b64url", 180)

DETECTOR = Detector(
    id="dropbox_token",
    entity="dropbox_token",
    title="Dropbox access or refresh token",
    kind="secret",
    anchors=(
        Anchor("sl\\.[A-Za-z0-9_-]{5}"),
        Anchor("sl\\.u\\.[A-Za-z0-9_-]{3}"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f'\\"token\\":\\"«{_SECOND_KEY}»\\"',
    ),
    ignores=(
        "sl." + "x" * 40,
        "export TOKEN=sl.<your-token>",
        "ssl.TlsHandshakeConfigurationHandlerFactoryBuilderForTestingPurposes",
    ),
    reference="noseyparker rule np.dropbox.1; trufflehog detector dropbox",
)
