"""OpenShift OAuth token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    sha256~
    (?!(.)\1{9})  # not a mask: xxxx...
    [0-9A-Za-z_-]{26,64}+      # 43 characters
"""
_KEY = "sha256~" + sample("b64url", 43)

DETECTOR = Detector(
    id="openshift_token",
    entity="openshift_token",
    title="OpenShift OAuth token",
    kind="secret",
    anchors=(Anchor("sha256~"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f"loaded config\\n«{_KEY}»",
    ),
    ignores=(
        "sha256~" + "x" * 40,
        "export TOKEN=sha256~<your-token>",
        "sha256~digest",
    ),
    reference="gitleaks rule openshift-user-token; https://docs.openshift.com",
)
