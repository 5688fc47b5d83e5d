"""SaladCloud API key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    salad_cloud_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{1,16}+_[0-9A-Za-z]{7,240}+
"""
_KEY = "salad_cloud_user_" + sample("alnum", 48)

DETECTOR = Detector(
    id="salad_cloud_key",
    entity="salad_cloud_key",
    title="SaladCloud API key",
    kind="secret",
    anchors=(Anchor("salad_cl"),),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "salad_cloud_" + "x" * 40,
        "export TOKEN=salad_cloud_<your-token>",
        "salad_cloud_api",
    ),
    reference="trufflehog detector saladcloudapikey; https://docs.salad.com",
)
