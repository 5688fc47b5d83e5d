"""Salesforce session id, refresh token or consumer key."""

from __future__ import annotations

import re

from detectors.catalogue._prefixed import EDGE
from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = (
    EDGE
    + rb"""
    (?:
      00D[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?(?:!|%21|\\u0021)(?!(.)\1{9})[0-9A-Za-z._]{40,200}+   # organisation id, "!", session
     | (?:5AEP861|3MVG9)(?!(.)\2{9})[0-9A-Za-z._+/=]{48,300}+
    )
"""
)
_KEY = "00D" + sample("alnum", 12) + "!" + sample("alnum", 96)
_SECOND_KEY = "5AEP861" + sample("alnum", 80)
_THIRD_KEY = "3MVG9" + sample("alnum", 80)

DETECTOR = Detector(
    id="salesforce_token",
    entity="salesforce_token",
    title="Salesforce session id, refresh token or consumer key",
    kind="secret",
    anchors=(
        Anchor("00D[A-Za-z0-9]{4}"),
        Anchor("5AEP861"),
        Anchor("3MVG9[A-Za-z0-9._]{2}"),
    ),
    verify=token(_FORMAT, back=7, flags=re.VERBOSE),
    finds=(
        f"loaded config\\n«{_KEY}»",
        f"TOKEN=«{_SECOND_KEY}»",
        f"Authorization: Bearer «{_THIRD_KEY}», retrying",
    ),
    ignores=(
        "00D" + "x" * 40,
        "export TOKEN=00D<your-token>",
        "00D5g000004XyZaEAK is the organisation",
    ),
    reference="noseyparker rule np.salesforce.1; trufflehog detector salesforcerefreshtoken, salesforceoauth2",
)
