"""Atlassian API token or Bitbucket app password."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    (?:
      AT[A-Z]TT3(?!(.)\1{9})[0-9A-Za-z_+/=-]{40,512}+                     # ends in "=" and a CRC-32
     | ATBB(?:[0-9A-Za-z_=-]|\.(?=[0-9A-Za-z_=-])){20,128}+     # Bitbucket Cloud
     | BBDC-[0-9A-Za-z+/@_-]{26,64}+                            # Bitbucket Data Center
    )
"""
_KEY = "ATATT3xFfGF0" + sample("b64url", 172) + "=" + sample("hex", 8)
_SECOND_KEY = "ATBB" + sample("alnum", 32)
_THIRD_KEY = "BBDC-" + sample("alnum", 44)

DETECTOR = Detector(
    id="atlassian_token",
    entity="atlassian_token",
    title="Atlassian API token or Bitbucket app password",
    kind="secret",
    anchors=(
        Anchor("AT[A-Z]TT"),
        Anchor("ATBB[A-Za-z0-9_]"),
        Anchor("BBDC-"),
    ),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"loaded config\\n«{_SECOND_KEY}»",
        f"TOKEN=«{_THIRD_KEY}»",
    ),
    ignores=(
        "ATATT3" + "x" * 40,
        "export TOKEN=ATATT3<your-token>",
        "ATBB_NAME unset",
    ),
    reference="gitleaks rule atlassian-api-token; trufflehog detector bitbucketapppassword, atlassiandatacenter",
)
