"""Tailscale or Headscale key."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    [th]skey-
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{14,120}+     # kind, "-", id, "-", secret
"""
_KEY = "tskey-auth-" + sample("alnum", 12) + "CNTRL-" + sample("alnum", 32)

DETECTOR = Detector(
    id="tailscale_key",
    entity="tailscale_key",
    title="Tailscale or Headscale key",
    kind="secret",
    anchors=(
        Anchor("tskey-"),
        Anchor("hskey-"),
    ),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "tskey-" + "x" * 40,
        "export TOKEN=tskey-<your-token>",
        "tskey-value",
    ),
    reference="trufflehog detector tailscale; https://tailscale.com",
)
