"""Portainer access token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    ptr_(?=[A-Za-z+/]{0,50}[0-9])(?=[a-z0-9+/]{0,50}[A-Z])(?!(.)\1{9})[0-9A-Za-z+/_-]{24,60}+={0,2}
"""
)
_KEY = "ptr_" + sample("alnum", 43) + "="

DETECTOR = Detector(
    id="portainer_token",
    entity="portainer_token",
    title="Portainer access token",
    kind="secret",
    anchors=(Anchor("ptr_[A-Za-z0-9+/]{4}"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f'\\"token\\":\\"«{_KEY}»\\"',
    ),
    ignores=(
        "ptr_" + "x" * 40,
        "export TOKEN=ptr_<your-token>",
        "ptr_to_member",
        "attr_accessorconfiguration",
    ),
    reference="trufflehog detector portainertoken; https://docs.portainer.io",
)
