"""Doppler token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    dp\.(?:pt|st|ct|sa|scim|audit)\.
    (?:[a-z0-9_-]{2,35}\.)?+    # service tokens name their config
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z]{26,64}+
"""
_KEY = "dp.pt." + sample("alnum", 43)
_SECOND_KEY = "dp.st.prd_eu." + sample("alnum", 43)

DETECTOR = Detector(
    id="doppler_token",
    entity="doppler_token",
    title="Doppler token",
    kind="secret",
    anchors=(
        Anchor("dp\\.pt\\."),
        Anchor("dp\\.st\\."),
        Anchor("dp\\.ct\\."),
        Anchor("dp\\.sa\\."),
        Anchor("dp\\.sci"),
        Anchor("dp\\.aud"),
    ),
    verify=token(_FORMAT, back=6, flags=re.VERBOSE),
    finds=(
        f"TOKEN=«{_KEY}»",
        f"Authorization: Bearer «{_SECOND_KEY}», retrying",
    ),
    ignores=(
        "dp.pt." + "x" * 40,
        "export TOKEN=dp.pt.<your-token>",
        "udp.pt.example resolved",
    ),
    reference="gitleaks rule doppler-api-token; noseyparker rule np.doppler.*; https://docs.doppler.com",
)
