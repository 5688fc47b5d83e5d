"""PlanetScale token or password."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    pscale_(?:tkn|pw|oauth|api|jwt)_
    (?!(.)\1{9})  # not a mask: xxxx...
    (?:[0-9A-Za-z_=-]|\.(?=[0-9A-Za-z_=-])){20,512}+
"""
_KEY = "pscale_tkn_" + sample("b64url", 43)
_SECOND_KEY = "pscale_pw_" + sample("b64url", 43)

DETECTOR = Detector(
    id="planetscale_token",
    entity="planetscale_token",
    title="PlanetScale token or password",
    kind="secret",
    anchors=(Anchor("pscale_"),),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"loaded config\\n«{_SECOND_KEY}»",
    ),
    ignores=(
        "pscale_tkn_" + "x" * 40,
        "export TOKEN=pscale_tkn_<your-token>",
        "pscale_pw_reset scheduled",
    ),
    reference="gitleaks rule planetscale-*; https://planetscale.com",
)
