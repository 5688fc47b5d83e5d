"""Amazon MWS auth token or Login with Amazon secret."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    (?:
      amzn\.mws\.[0-9A-Za-z]{8}-[0-9A-Za-z-]{14,27}+
     | amzn1\.oa2-cs\.v1\.(?!(.)\1{9})[0-9A-Za-z]{38,100}+        # 64 hex digits
    )
"""
_KEY = "amzn.mws." + "-".join(sample("hex", n) for n in (8, 4, 4, 4, 12))
_SECOND_KEY = "amzn1.oa2-cs.v1." + sample("hex", 64)

DETECTOR = Detector(
    id="amazon_login_secret",
    entity="amazon_login_secret",
    title="Amazon MWS auth token or Login with Amazon secret",
    kind="secret",
    anchors=(
        Anchor("amzn\\.mws"),
        Anchor("amzn1\\.oa"),
    ),
    verify=token(_FORMAT, back=8, flags=re.VERBOSE),
    finds=(
        f'\\"token\\":\\"«{_KEY}»\\"',
        f"Bearer%20«{_SECOND_KEY}»",
    ),
    ignores=(
        "amzn.mws." + "x" * 40,
        "export TOKEN=amzn.mws.<your-token>",
        "amzn.mws.client",
    ),
    reference="noseyparker rule np.aws.5; https://developer.amazon.com",
)
