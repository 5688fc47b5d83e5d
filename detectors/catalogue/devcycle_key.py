"""DevCycle SDK key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    dvc_(?:server|client|mobile)_
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_]{24,100}+
"""
_KEY = "dvc_server_" + sample("hex", 36) + "_" + sample("hex", 7)

DETECTOR = Detector(
    id="devcycle_key",
    entity="devcycle_key",
    title="DevCycle SDK key",
    kind="secret",
    anchors=(
        Anchor("dvc_serv"),
        Anchor("dvc_clie"),
        Anchor("dvc_mobi"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"GET /v1/items?key=«{_KEY}»&page=2",
    ),
    ignores=(
        "dvc_server_" + "x" * 40,
        "export TOKEN=dvc_server_<your-token>",
        "dvc_server_events",
    ),
    reference="https://docs.devcycle.com",
)
