"""New Relic key (user, admin, insert, query, browser, mobile)."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    (?i:
      nr(?:ak|aa|ii|iq|js|br|ra|ma)-(?!(.)\1{9})[0-9a-z_-]{12,64}+      # 19 to 42 characters
     | px-(?:api|dep)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}
    )
"""
_KEY = "NRAK-" + sample("upper", 27)
_SECOND_KEY = "NRJS-" + sample("hex", 19)
_THIRD_KEY = "NRII-" + sample("b64url", 32)
_FOURTH_KEY = "px-api-" + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))

DETECTOR = Detector(
    id="new_relic_key",
    entity="new_relic_key",
    title="New Relic key (user, admin, insert, query, browser, mobile)",
    kind="secret",
    anchors=(
        Anchor("nr[a-z]{2}-", caseless=True),
        Anchor("px-ap", caseless=True),
        Anchor("px-de", caseless=True),
    ),
    verify=token(_FORMAT, back=5, flags=re.VERBOSE),
    finds=(
        f"GET /v1/items?key=«{_KEY}»&page=2",
        f'\\"token\\":\\"«{_SECOND_KEY}»\\"',
        f"Bearer%20«{_THIRD_KEY}»",
        f"loaded config\\n«{_FOURTH_KEY}»",
    ),
    ignores=(
        "NRAK-" + "x" * 40,
        "export TOKEN=NRAK-<your-token>",
        "NRAK-<key>",
    ),
    reference="gitleaks rule new-relic-user-api-key; noseyparker rule np.newrelic.*; https://docs.newrelic.com",
)
