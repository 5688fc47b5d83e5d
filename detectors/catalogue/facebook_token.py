"""Facebook or Instagram access token."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?:
      EAA(?=[A-Za-z]{0,60}[0-9])(?!(.)\1{9})[0-9A-Za-z]{60,500}+(?![0-9A-Za-z+/=_-])
     | EAACEdEose0cBA[0-9A-Za-z]{6,500}+               # Graph API Explorer
     | IG(?:QV|AA)(?!(.)\2{9})[0-9A-Za-z_-]{60,400}+
    )
"""
)
_KEY = "EAAM" + sample("alnum", 140)
_SECOND_KEY = "EAACEdEose0cBA" + sample("alnum", 60)
_THIRD_KEY = "IGQVJ" + sample("alnum", 130)

DETECTOR = Detector(
    id="facebook_token",
    entity="facebook_token",
    title="Facebook or Instagram access token",
    kind="secret",
    anchors=(
        Anchor("EAA[A-Za-z0-9]{4}"),
        Anchor("IG[QA][A-Za-z0-9]{4}"),
    ),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f'\\"token\\":\\"«{_SECOND_KEY}»\\"',
        f"Bearer%20«{_THIRD_KEY}»",
    ),
    ignores=(
        "EAAM" + "x" * 40,
        "export TOKEN=EAAM<your-token>",
        "iVBORw0KGgoAAAEAAAAB",
    ),
    reference="gitleaks rule facebook-page-access-token; noseyparker rule np.facebook.2; https://developers.facebook.com",
)
