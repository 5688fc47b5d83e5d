"""1Password service account token or secret key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    rb"""
    (?:
      ops_eyJ[0-9A-Za-z+/_-]{100,4000}+={0,3}
     | """
    + EDGE
    + rb"""A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}(?![0-9A-Za-z])
    )
"""
)
_KEY = "ops_eyJ" + sample("alnum", 260)
_SECOND_KEY = "A3-" + "-".join(sample("upper", n) for n in (6, 11, 5, 5, 5))

DETECTOR = Detector(
    id="onepassword_token",
    entity="onepassword_token",
    title="1Password service account token or secret key",
    kind="secret",
    anchors=(
        Anchor("ops_eyJ"),
        Anchor("A3-[A-Z0-9]{4}"),
    ),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"Bearer%20«{_SECOND_KEY}»",
    ),
    ignores=(
        "export TOKEN=ops_eyJ<<your-token>",
        "size A3-LANDSCAPE-PRINT",
    ),
    reference="gitleaks rule 1password-service-account-token, 1password-secret-key",
)
